"""A virtual session as the folder that `valgus process` reads."""

import csv
from pathlib import Path

import numpy as np

from calibration.formats.aniposelib import write_rig
from capture.types import KeypointTrial
from reconstruct.angle_names import ANGLE_NAMES
from valgus.virtual_lab.trial import VirtualTrial
from valgus.virtual_lab.truth import Truth


def write_virtual_trial(folder: Path, trial: VirtualTrial) -> None:
    """Write rig.toml, keypoints.npz and truth.csv (degrees), and keypoints.npz in static/ and functional/."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rig(folder / "rig.toml", trial.rig)
    write_keypoints(folder, trial.main)
    write_keypoints(folder / "static", trial.static)
    write_keypoints(folder / "functional", trial.functional)
    _write_truth(folder / "truth.csv", trial.truth)


def write_keypoints(folder: Path, trial: KeypointTrial) -> None:
    """Write the keypoints.npz of one person's trial, and timestamps.csv where cameras are not synchronised."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / "keypoints.npz",
        uv=trial.uv[:, :, 0].astype(np.float32),
        conf=trial.confidence[:, :, 0].astype(np.float32),
        timestamps=trial.time_s,
        cameras=np.array(trial.cameras),
    )
    if not trial.synchronised:
        _write_timestamps(folder / "timestamps.csv", trial)


def _write_timestamps(path: Path, trial: KeypointTrial) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["camera", "frame", "time_s"])
        for camera, times in zip(trial.cameras, trial.time_s, strict=True):
            rows.writerows((camera, frame, repr(float(time_s))) for frame, time_s in enumerate(times))


def _write_truth(path: Path, truth: Truth) -> None:
    table = np.column_stack([truth.time_s, np.rad2deg(truth.angles)])
    np.savetxt(path, table, delimiter=",", fmt="%.9g", header=",".join(["time", *ANGLE_NAMES]), comments="")
