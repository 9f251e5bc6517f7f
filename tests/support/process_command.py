"""`valgus process` as a user calls it, and its angles.csv read by nobody of ours."""

import csv
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.formats.aniposelib import write_rig
from capture.types import KeypointTrial
from geometry.rig import Rig
from valgus.cli.main import main

Array = NDArray[np.float64]


def process(session: Path, *options: str, out: str = "out") -> int:
    """Process a session folder (rig.toml, main/, static/); returns the exit code."""
    where = ["--rig", str(session / "rig.toml"), "--keypoints", str(session / "main"), "--out", str(session / out)]
    return main(["process", *where, *options])


def processed(session: Path, *options: str) -> dict[str, Array]:
    """Columns of angles.csv of a session with its static trial, degrees; NaN where missing."""
    assert process(session, "--static", str(session / "static"), *options) == 0
    return read_angles(session / "out")


def read_angles(folder: Path) -> dict[str, Array]:
    """Columns of numbers of a trial's angles.csv."""
    with (folder / "angles.csv").open() as file:
        rows = list(csv.DictReader(file))
    numbers = [name for name in rows[0] if not name.endswith("_obs")]
    return {name: np.array([float(row[name] or "nan") for row in rows]) for name in numbers}


def observability(folder: Path, angle: str) -> set[str]:
    """Words that a trial's angles.csv has for an angle."""
    with (folder / "angles.csv").open() as file:
        return {row[f"{angle}_obs"] for row in csv.DictReader(file)}


def write_json(folder: Path, trial: KeypointTrial) -> None:
    """One folder of OpenPose JSON per camera, everybody in each frame's file."""
    for c, camera in enumerate(trial.cameras):
        where = folder / f"{camera}_json"
        where.mkdir(parents=True)
        for frame in range(trial.frames):
            points = np.concatenate([np.nan_to_num(trial.uv[c, frame]), trial.confidence[c, frame, ..., None]], axis=-1)
            people = [{"pose_keypoints_2d": person.ravel().tolist()} for person in points]
            (where / f"{camera}_{frame:06d}.json").write_text(json.dumps({"people": people}))


def write_session(folder: Path, rig: Rig, main_trial: KeypointTrial, static: KeypointTrial) -> Path:
    """Write rig.toml and the keypoints.npz of main/ and static/, every number in full."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rig(folder / "rig.toml", rig)
    for name, trial in (("main", main_trial), ("static", static)):
        (folder / name).mkdir(exist_ok=True)
        np.savez(
            folder / name / "keypoints.npz",
            uv=trial.uv[:, :, 0],
            conf=trial.confidence[:, :, 0],
            timestamps=trial.time_s,
            cameras=np.array(trial.cameras),
        )
    return folder
