"""Joint angles against known truth beside Pose2Sim with OpenSim, both run here on the same keypoints.

    .venv/bin/python benchmarks/peers/truth_sets.py FOLDER_OF_SETS CONFIG [FOLDER FOR THE ENVIRONMENT]

FOLDER_OF_SETS as for `benchmarks/accuracy.py`; CONFIG is the Config.toml that comes with Pose2Sim.  Pose2Sim
triangulates with lens distortion, filters (Butterworth, 6 Hz), scales its simple model and solves its inverse
kinematics; it has no use for static and functional trials.  Sets in which a camera falls out are left out: it does not
take them.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import figures, processed, read
from benchmarks.peers.environment import environment
from capture.keypoint_files.trial import read_keypoint_trial
from reconstruct.angle_names import ANGLE_NAMES
from stream.files.mot import read_mot
from tests.support.process_command import write_json

Array = NDArray[np.float64]

ANGLES = ("hip_adduction", "hip_rotation", "knee_flexion")
LEFT_OUT = "harsh"

POSE2SIM = """
import json, os, sys
from pathlib import Path
import rtoml
from Pose2Sim.filtering import filter_all
from Pose2Sim.kinematics import kinematics_all
from Pose2Sim.triangulation import triangulate_all

project, config = Path(sys.argv[1]), rtoml.load(Path(sys.argv[2]))
config["project"].update(project_dir=str(project / "trial"), frame_rate=int(sys.argv[3]), frame_range="all",
                         multi_person=False)
config["pose"]["pose_model"] = "Body_with_feet"
config["triangulation"].update(undistort_points=True, make_c3d=False)
config["filtering"].update(display_figures=False, save_filt_plots=False, make_c3d=False)
config["kinematics"].update(use_augmentation=False, use_simple_model=True, make_bvh=False,
                            parallel_workers_kinematics=False)
os.chdir(project / "trial")
for stage in (triangulate_all, filter_all, kinematics_all):
    stage(config)
"""


def pose2sim(python: Path, found_in: Path, config: Path) -> dict[str, Array]:
    """Times (s) and angles (deg) that Pose2Sim and OpenSim find in a set."""
    trial = read_keypoint_trial(found_in, "halpe_26", None)
    fps = round(1.0 / float(np.median(np.diff(trial.time_s[0]))))
    with tempfile.TemporaryDirectory() as project:
        folder = Path(project)
        write_json(folder / "trial" / "pose", trial)
        (folder / "calibration").mkdir()
        (folder / "calibration" / "Calib.toml").write_bytes((found_in / "rig.toml").read_bytes())
        for place in (folder, folder / "trial"):
            (place / "Config.toml").touch()
        command = [python, "-c", POSE2SIM, folder, config.resolve(), str(fps)]
        subprocess.run(command, check=True, capture_output=True)
        (found,) = (folder / "trial" / "kinematics").glob("*.mot")
        angles = read_mot(found).angles
    return {"time": angles.time_s, **dict(zip(ANGLE_NAMES, np.degrees(angles.values).T, strict=True))}


def errors(found: dict[str, Array], truth: dict[str, Array], angle: str) -> Array:
    """(2, F) degrees, right and left."""
    sides = [f"{angle}_{side}" for side in "rl"]
    expected = np.stack([np.interp(found["time"], truth["time"], truth[side]) for side in sides])
    return np.stack([found[side] for side in sides]) - expected


def ratio(ours: Array, theirs: Array) -> tuple[float, float]:
    """Of root mean square errors, and of these with each side's mean removed."""
    pairs = [(error, error - np.nanmean(error, axis=1, keepdims=True)) for error in (ours, theirs)]
    raw, spread = (np.sqrt(np.nanmean(mine**2) / np.nanmean(other**2)) for mine, other in zip(*pairs, strict=True))
    return float(raw), float(spread)


def main(folder: Path, config: Path, python: Path) -> None:
    """Print ours beside theirs, RMSE / with the mean removed, and the geometric means of the ratios."""
    print("| set | " + " | ".join(f"{angle.replace('_', ' ')}: valgus | Pose2Sim" for angle in ANGLES) + " |")
    print("|---" * (1 + 2 * len(ANGLES)) + "|")
    ratios: list[tuple[float, float]] = []
    for found_in in sorted(path.parent for path in folder.glob("*/keypoints.npz") if LEFT_OUT not in path.parent.name):
        truth, theirs = read(found_in / "truth.parquet"), pose2sim(python, found_in, config)
        with tempfile.TemporaryDirectory() as out:
            ours = processed(found_in, Path(out) / "trial")
        pairs = [(errors(ours, truth, angle), errors(theirs, truth, angle)) for angle in ANGLES]
        ratios += [ratio(*pair) for pair in pairs]
        print(
            f"| {found_in.name} | " + " | ".join(figures(error) for pair in pairs for error in pair) + " |", flush=True
        )
    raw, spread = np.exp(np.log(ratios).mean(axis=0))
    print(f"\nvalgus over Pose2Sim, geometric mean of all cells: {raw:.2f} raw, {spread:.2f} with the mean removed")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), environment("kinematics", sys.argv[3:]))
