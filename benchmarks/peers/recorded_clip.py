"""A recorded clip from files to points beside Pose2Sim: association and triangulation, with parsing and without.

    .venv/bin/python benchmarks/peers/recorded_clip.py RECORDING [FOLDER FOR THE ENVIRONMENT]

RECORDING holds `calibration/Calib_qualisys.toml`, `Config_head_2026.toml` and
`keypoints/S00_P00_T01_BalancingTrial/pose_raw`, as Pose2Sim's single-person demo does: 100 frames of 4 cameras with one
to three people in view.  Pose2Sim reads and writes files between its stages and cannot be had without; its time is
that of both stages.  Ours: everybody is followed and the subject chosen, every point is triangulated robustly with its
covariance; and, on lines of their own, with what Pose2Sim does not do: left and right put right, stray views named,
bias and noise learnt, gaps bridged.  Both are timed in turns, as a machine changes its pace: medians tell of the hour,
the best of each of the machine when nobody else takes its time.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.peers.environment import environment
from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.trial import read_keypoint_trial
from capture.keypoint_sets import keypoint_set
from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.medians import medians
from reconstruct.noise_profiles import noise_profile
from reconstruct.tracking.subject import select_subject
from reconstruct.tracking.trusted_points import trusted_points
from reconstruct.tracking.view_cleaning import clean_views
from reconstruct.triangulation import triangulate_trial

CLIP = Path("keypoints/S00_P00_T01_BalancingTrial/pose_raw")
CALIBRATION = Path("calibration/Calib_qualisys.toml")
KEYPOINTS, FPS = "body_25b", 60.0
ROUNDS, REPEATS = 4, 40
NOISE = noise_profile(keypoint_set(KEYPOINTS))

POSE2SIM = """
import contextlib, io, json, os, shutil, sys
from pathlib import Path
from time import perf_counter
import rtoml
from Pose2Sim.personAssociation import associate_all
from Pose2Sim.triangulation import triangulate_all

recording, clip, calibration, project = (Path(arg) for arg in sys.argv[1:])
(project / "calibration").mkdir(parents=True)
shutil.copy(recording / calibration, project / "calibration")
shutil.copytree(recording / clip, project / "trial" / "pose")
for folder in (project, project / "trial"):
    (folder / "Config.toml").touch()
config = rtoml.load(recording / "Config_head_2026.toml")
config["project"].update(project_dir=str(project / "trial"), frame_range=[0, 100], frame_rate=60, multi_person=False)
config["pose"]["pose_model"] = "BODY_25B"
config["triangulation"]["make_c3d"] = False
os.chdir(project / "trial")
seconds = {}
for stage in (associate_all, triangulate_all):
    start = perf_counter()
    with contextlib.redirect_stderr(io.StringIO()):
        stage(config)
    seconds[stage.__name__] = perf_counter() - start
print(json.dumps(seconds))
"""


def pose2sim(python: Path, recording: Path) -> dict[str, float]:
    """Seconds of each of its two stages."""
    with tempfile.TemporaryDirectory() as name:
        arguments = [recording.resolve(), CLIP, CALIBRATION, Path(name) / "project"]
        run = subprocess.run([python, "-c", POSE2SIM, *arguments], capture_output=True, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def points_of(rig: Rig, trial: KeypointTrial) -> None:
    """Association and triangulation."""
    person = select_subject(trial, rig, NOISE)
    time_s = medians(person.time_s.T)
    triangulate_trial(rig, person.keypoint_set, time_s, person.uv[:, :, 0], person.confidence[:, :, 0], NOISE)


def trusted_points_of(rig: Rig, trial: KeypointTrial) -> None:
    """Association, repair and triangulation: the points that are exported."""
    person = select_subject(trial, rig, NOISE)
    uv, confidence = person.uv[:, :, 0], person.confidence[:, :, 0]
    views = clean_views(rig, person.keypoint_set, person.time_s, uv, confidence, NOISE)
    trusted_points(rig, person.keypoint_set, person.time_s, views)


def times_s(run: Callable[[], object]) -> list[float]:
    run()
    times: list[float] = []
    for _ in range(REPEATS):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return times


def main() -> None:
    recording = Path(sys.argv[1])
    rig = read_rig(recording / CALIBRATION)

    def parse() -> KeypointTrial:
        return read_keypoint_trial(recording / CLIP, KEYPOINTS, FPS)

    trial = parse()
    stages = (parse, lambda: points_of(rig, trial), lambda: trusted_points_of(rig, trial))
    python = environment("triangulation", sys.argv[2:])
    own: list[list[float]] = [[], [], []]
    theirs: list[float] = []
    for _ in range(ROUNDS):
        for times, stage in zip(own, stages, strict=True):
            times.extend(times_s(stage))
        stage_s = pose2sim(python, recording)
        theirs.append(sum(stage_s.values()))
        print("Pose2Sim, files to points: " + ", ".join(f"{name} {1e3 * s:.0f} ms" for name, s in stage_s.items()))
    report("median", *(float(np.median(times)) for times in (theirs, *own)))
    report("best", *(min(times) for times in (theirs, *own)))


def report(which: str, theirs_s: float, parsing_s: float, points_s: float, trusted_s: float) -> None:
    print(f"{which} of all: Pose2Sim {1e3 * theirs_s:.0f} ms, valgus parsing {1e3 * parsing_s:.1f} ms")
    for label, own_s in (
        ("files to points", parsing_s + points_s),
        ("arrays to points", points_s),
        ("files to exported points", parsing_s + trusted_s),
        ("arrays to exported points", trusted_s),
    ):
        print(f"    {label:26} {1e3 * own_s:8.1f} ms {theirs_s / own_s:8.0f} times as fast")


if __name__ == "__main__":
    main()
