"""Rig calibration side by side with other software: the same videos in, the same left-out frames to judge by.

    .venv/bin/python benchmarks/peers/rigs.py FOOTAGE BOARD.toml [FOLDER FOR THE ENVIRONMENT]

FOOTAGE holds `<something><number>.mp4` per camera with a ChArUco board carried about, and Caliscope's timestamps.csv.
Everybody calibrates from the even frames, lenses included, and is judged on the odd ones by one rule: corners found
there by one detector are triangulated by the rig; pixel distances and distances of neighbouring corners say how good
it is.  Makes an environment with the peers from PyPI (kept for the next time).
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.peers.environment import environment
from calibration.board_file import read_board
from calibration.boards import Board
from calibration.extrinsics.board_sightings import BoardPicture
from calibration.extrinsics.placing import numbered
from calibration.formats.any_format import read_any
from calibration.quality.common_times import at_common_times
from calibration.quality.scores import Score, score
from calibration.rig_calibration import Calibration, CalibrationRequest, calibrate
from calibration.rig_footage import PairedFootage, Seen, look_for_boards
from geometry.rig import Rig

CALISCOPE = """
import re, sys
from pathlib import Path
from time import perf_counter
from caliscope.api import (CameraArray, Charuco, CharucoTracker, calibrate_extrinsics, calibrate_intrinsics,
                           extract_image_points_multicam)
folder, columns, rows, square_m, marker_m, dictionary, inverted, out = sys.argv[1:]
began = perf_counter()
videos = {int(re.findall(r"[0-9]+", v.stem)[-1]): v for v in sorted(Path(folder).glob("*.mp4"))}
charuco = Charuco.from_squares(int(columns), int(rows), 100 * float(square_m), dictionary=dictionary,
                               aruco_scale=float(marker_m) / float(square_m), inverted=inverted == "1")
points = extract_image_points_multicam(videos, CharucoTracker(charuco), frame_step=2,
                                       timestamps=Path(folder) / "timestamps.csv", progress=None)
blank = CameraArray.from_video_metadata(videos).cameras
cameras = CameraArray({i: calibrate_intrinsics(points, camera).camera for i, camera in blank.items()})
run = calibrate_extrinsics(points, cameras, None)
run.capture_volume.save(out)
print("seconds", perf_counter() - began)
"""

ANIPOSELIB = """
import sys
from pathlib import Path
from time import perf_counter
import cv2
from aniposelib.boards import CharucoBoard
from aniposelib.cameras import CameraGroup
folder, columns, rows, square_m, marker_m, dictionary, inverted, out = sys.argv[1:]
began = perf_counter()
bits, count = dictionary.removeprefix("DICT_").split("_")
board = CharucoBoard(int(columns), int(rows), float(square_m), float(marker_m), marker_bits=int(bits[0]),
                     dict_size=int(count))
videos = sorted(Path(folder).glob("*.mp4"))
group = CameraGroup.from_names([v.stem for v in videos])
all_rows = []
for video, camera in zip(videos, group.cameras):
    capture, found, n = cv2.VideoCapture(str(video)), [], 0
    while True:
        ok, frame = capture.read()
        if not ok:
            break
        camera.set_size((frame.shape[1], frame.shape[0]))
        if n % 2 == 0:
            corners, ids = board.detect_image(255 - frame if inverted == "1" else frame)
            if corners is not None and len(corners):
                found.append({"framenum": (0, n), "corners": corners, "ids": ids})
        n += 1
    all_rows.append(board.fill_points_rows(found))
group.calibrate_rows(all_rows, board, verbose=False)
group.dump(out)
print("seconds", perf_counter() - began)
"""


def run_peer(python: Path, code: str, footage: Path, board: Board, out: Path) -> float | str:
    """Seconds that a peer took to write its rig, or the last line of what it complained about."""
    described = [str(v) for v in (board.columns, board.rows, board.square_m, board.marker_m, board.dictionary)]
    command = [python, "-c", code, footage, *described, "1" if board.inverted else "0", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return float(done.stdout.split()[-1])


def half(paired: PairedFootage, first: int, parity: int) -> PairedFootage:
    """The footage's even or odd instants."""
    kept = {p.instant for p in paired.pictures if (p.instant - first) % 2 == parity}
    pictures = tuple(p for p in paired.pictures if p.instant in kept)
    footage = {
        name: replace(one, seen=tuple(s for s in one.seen if s.number % 2 == parity))
        for name, one in paired.footage.items()
    }
    return replace(paired, pictures=pictures, footage=footage)


def ours(board: Board, even: PairedFootage, detect_s: float, *, offsets: bool) -> tuple[Calibration, float]:
    """Our calibration and its seconds, finding the boards in the even frames included."""
    began = time.perf_counter()
    calibration = calibrate(CalibrationRequest(board, time_offsets=offsets), Seen(even, even.footage))
    return calibration, time.perf_counter() - began + detect_s


def judged(board: Board, rig: Rig, names: Sequence[str], pictures: Sequence[BoardPicture]) -> Score:
    """Score of a rig, its cameras matched by the last number of their names."""
    order = [next(c.name for c in rig.cameras if _number(c.name) == _number(name)) for name in names]
    arrays = rig.select(order).arrays
    return score(board, numbered(board, pictures, arrays), arrays)


def _number(name: str) -> str:
    return "".join(c if c.isdigit() else " " for c in name).split()[-1]


def line(label: str, found: Score, seconds: float | None) -> str:
    """One row of the table."""
    took = "" if seconds is None else f"{seconds:8.1f}"
    return (
        f"{label:34} {found.corners:7} {found.rms_px:9.2f} {1e3 * found.scale_rmse_m:9.2f} "
        f"{1e3 * found.scale_bias_m:+9.2f} {took}"
    )


def main() -> None:
    footage, board = Path(sys.argv[1]), read_board(Path(sys.argv[2]))
    python = environment("rigs", sys.argv[3:])
    began = time.perf_counter()
    paired = look_for_boards(board, footage)
    detect_s = 0.5 * (time.perf_counter() - began)
    first = min(p.instant for p in paired.pictures) - min(s.number for f in paired.footage.values() for s in f.seen)
    even, odd = half(paired, first, 0), half(paired, first, 1)
    calibrate(CalibrationRequest(board), Seen(even, even.footage))  # compiles the kernels
    print(f"{'':34} corners  rms px   dist. mm  bias mm   seconds")
    plain, took = ours(board, even, detect_s, offsets=False)
    print(line("valgus", judged(board, plain.rig, paired.names, odd.pictures), took))
    with tempfile.TemporaryDirectory() as name:
        for label, code, suffix in (("caliscope 0.11.8", CALISCOPE, ""), ("aniposelib 0.8.0", ANIPOSELIB, ".toml")):
            out = Path(name) / f"rig{suffix}"
            found = run_peer(python, code, footage, board, out)
            if isinstance(found, str):
                print(f"{label:34} failed: {found}")
                continue
            file = out if out.is_file() else next(out.rglob("camera_array.toml"))
            rig = read_any(file, metres_per_unit=1.0)
            print(line(label, judged(board, rig, paired.names, odd.pictures), found))
    timed, took = ours(board, even, detect_s, offsets=True)
    if timed.quality.clocks is not None:
        print("odd and even frames at common times, each camera's own time offset taken out:")
        at_once = at_common_times(paired.pictures, timed.quality.clocks.offset_s)
        print(line("valgus --time-offsets", judged(board, timed.rig, paired.names, at_once), took))


if __name__ == "__main__":
    main()
