"""Rigs from rendered pictures: how far cameras come out from where they stood, and whether stated deviations hold.

    .venv/bin/python benchmarks/calibration/rendered_rigs.py [CAMERAS ...]
    .venv/bin/python benchmarks/calibration/rendered_rigs.py pool RIGS

Boards are drawn through each camera's lens, blurred and noisy, and found again by the detector; lenses are learnt from
simulated close-ups whose corners are as noisy as those found.  Cameras stand on a ring, facing each other.  `pool`
counts stated intervals over small rigs of four cameras: errors within one rig go together, those of different rigs
do not.
"""

import sys
import time

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.detector import BoardDetector
from calibration.extrinsics.board_sightings import BoardPicture
from calibration.extrinsics.solution import Solution, solve
from calibration.intrinsics.lens import learn_lens
from calibration.kernels.board_view import CAMERA
from geometry import se3
from geometry.rig import Rig
from tests.support.virtual_boards import Noise, aligned_errors, close_ups, render, ring, seen, waved_boards

Array = NDArray[np.float64]

BOARD = Board("charuco", 9, 7, 0.1, 0.075, "DICT_5X5_1000")
INSTANTS = {4: 120, 8: 150, 16: 120}
POOLED_INSTANTS = 30
CLOSE_UPS = 40
BLUR_PX = 0.8


def pictures_of(rig: Rig, boards: Array, rng: np.random.Generator) -> tuple[list[BoardPicture], float]:
    """Boards found in rendered pictures, and the rms distance of their corners from the truth, px."""
    found, missed_px = list[BoardPicture](), list[Array]()
    detectors = [BoardDetector(BOARD) for _ in rig.cameras]
    for k, pose in enumerate(boards):
        for c, camera in enumerate(rig.cameras):
            truth = seen(rig, c, BOARD, pose)
            if not truth:
                continue
            detection = detectors[c](render(camera, BOARD, pose, rng, BLUR_PX))
            _, i, j = np.intersect1d(detection.ids, truth.ids, return_indices=True)
            if len(i):
                missed_px.append(detection.uv[i] - truth.uv[j])
                found.append(BoardPicture(c, k, float(k), detection.only(np.isin(detection.ids, truth.ids))))
    return found, float(np.sqrt((np.concatenate(missed_px) ** 2).mean()))


def coverage(solution: Solution, rig: Rig) -> float:
    """Share of camera pose errors, against the reference camera, within 1.96 stated deviations."""
    sd = np.sqrt(np.diag(solution.adjustment.covariance())).reshape(len(rig), CAMERA)[:, :6]
    cameras = solution.adjustment.state.cameras
    reference = se3.invert(rig.cameras[solution.reference].T_camera_world)
    inside: list[NDArray[np.bool_]] = []
    for i, camera in enumerate(rig.cameras):
        truth = camera.T_camera_world @ reference
        turn = cameras.R[i] @ truth[:3, :3].T
        error = np.concatenate([cameras.t[i] - turn @ truth[:3, 3], se3.vector_from_rotation(turn)])
        if i != solution.reference:
            inside.append(np.abs(error) < 1.96 * sd[i])
    return float(np.mean(inside))


def calibrated(rig: Rig, instants: int, seed: int) -> tuple[Solution, list[BoardPicture], float]:
    """The rig solved from rendered pictures, the pictures, and the rms error of their corners, px."""
    rng = np.random.default_rng(seed)
    pictures, noise_px = pictures_of(rig, waved_boards(instants, BOARD, seed, tilt_rad=0.6), rng)
    noise = Noise(noise_px, rng)
    lenses = [
        learn_lens(camera.name, BOARD, close_ups(rig, c, BOARD, CLOSE_UPS, noise), camera.size)
        for c, camera in enumerate(rig.cameras)
    ]
    return solve(BOARD, lenses, pictures, timed=False), pictures, noise_px


def pool(rigs: int) -> None:
    """Print how many stated intervals hold the truth, rig by rig and all together."""
    held: list[float] = []
    for seed in range(rigs):
        rig = ring(4, seed=seed)
        solution, _, noise_px = calibrated(rig, POOLED_INSTANTS, seed)
        apart_m, turned_rad = aligned_errors(solution.rig, rig)
        held.append(coverage(solution, rig))
        print(
            f"rig {seed}: corners {noise_px:.3f} px, centres {1e3 * apart_m.max():.2f} mm, "
            f"turn {np.rad2deg(turned_rad.max()):.4f} deg, {100 * held[-1]:.0f} % held",
            flush=True,
        )
    print(f"{rigs} rigs: {100 * np.mean(held):.1f} % of the stated 95 % intervals hold the truth")


def main() -> None:
    if sys.argv[1:2] == ["pool"]:
        pool(int(sys.argv[2]))
        return
    counts = [int(text) for text in sys.argv[1:]] or list(INSTANTS)
    print("cameras  pictures  corner px  centre mm (max)  turn deg (median, max)  covered  never together  CPU s")
    for n in counts:
        rig = ring(n)
        began = time.process_time()
        solution, pictures, noise_px = calibrated(rig, INSTANTS[n], n)
        spent = time.process_time() - began
        apart_m, turned_rad = aligned_errors(solution.rig, rig)
        turned = np.rad2deg(turned_rad)
        apart = n * (n - 1) // 2 - len({(p, q) for p, q in _pairs(pictures)})
        print(
            f"{n:7} {len(pictures):9} {noise_px:10.3f} {1e3 * apart_m.max():16.2f}"
            f" {np.median(turned):16.3f}, {turned.max():.3f} {100 * coverage(solution, rig):8.0f} %"
            f" {apart:10} pairs {spent:8.1f}",
            flush=True,
        )


def _pairs(pictures: list[BoardPicture]) -> set[tuple[int, int]]:
    at: dict[int, set[int]] = {}
    for picture in pictures:
        at.setdefault(picture.instant, set()).add(picture.camera)
    return {(a, b) for cameras in at.values() for a in cameras for b in cameras if a < b}


if __name__ == "__main__":
    main()
