"""Rigs from corners drawn with noise: how far cameras come out, beside what that much noise allows at best.

    .venv/bin/python benchmarks/calibration/drawn_rigs.py [CAMERAS:BOARDS ...]

`bound` is what the Cramer-Rao bound leaves: cameras drawn from the covariance that the corners' noise implies, judged
as the solution is (largest error of a rig after the best rigid motion; median and 95 % over the draws).
"""

import sys
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from calibration.extrinsics.solution import Solution, solve
from calibration.kernels.board_view import CAMERA
from geometry import se3
from geometry.rig import Rig
from tests.support.virtual_boards import (
    BIG_BOARD,
    Noise,
    aligned_errors,
    known_lenses,
    pictures_of_boards,
    ring,
    waved_boards,
)

Array = NDArray[np.float64]

NOISE_PX = 0.3
DRAWS = 200


def drawn(solution: Solution, rng: np.random.Generator) -> tuple[Array, Array]:
    """(DRAWS,) largest distance (m) and turn (rad) of rigs drawn around the solution."""
    task = solution.adjustment.task
    at_truth = replace(task, weight=np.full_like(task.weight, 1.0 / NOISE_PX**2))
    covariance = replace(solution.adjustment, task=at_truth).covariance()
    spread, axes = np.linalg.eigh(covariance)
    factor = axes * np.sqrt(np.maximum(spread, 0.0))
    rig = solution.rig
    worst = [
        [errors.max() for errors in aligned_errors(_moved(rig, factor @ rng.normal(size=len(factor))), rig)]
        for _ in range(DRAWS)
    ]
    return np.array(worst)[:, 0], np.array(worst)[:, 1]


def _moved(rig: Rig, step: Array) -> Rig:
    poses = step.reshape(-1, CAMERA)[:, :6]
    return Rig(
        tuple(
            replace(
                camera,
                T_camera_world=se3.compose(se3.rotation_from_vector(pose[3:]), pose[:3]) @ camera.T_camera_world,
            )
            for camera, pose in zip(rig.cameras, poses, strict=True)
        )
    )


def main() -> None:
    print("cameras  boards  centre mm (max)  bound (50, 95 %)  turn deg (max)  bound (50, 95 %)")
    for text in sys.argv[1:] or ["8:300", "16:300"]:
        n, boards = (int(part) for part in text.split(":"))
        rng = np.random.default_rng(n)
        rig = ring(n)
        pictures = pictures_of_boards(
            rig, BIG_BOARD, waved_boards(boards, BIG_BOARD, tilt_rad=0.6), Noise(NOISE_PX, rng)
        )
        solution = solve(BIG_BOARD, known_lenses(rig), pictures, timed=False)
        apart_m, turned_rad = aligned_errors(solution.rig, rig)
        apart, turned = drawn(solution, rng)
        mm, deg = 1e3 * np.percentile(apart, [50, 95]), np.rad2deg(np.percentile(turned, [50, 95]))
        print(
            f"{n:7} {boards:7} {1e3 * apart_m.max():16.2f} {mm[0]:9.2f}, {mm[1]:.2f}"
            f" {np.rad2deg(turned_rad.max()):15.3f} {deg[0]:9.3f}, {deg[1]:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
