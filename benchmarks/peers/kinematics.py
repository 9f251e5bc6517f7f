"""Joint angles side by side with OpenSim through Pose2Sim: the same points of a real clip in, how long it takes.

    .venv/bin/python benchmarks/peers/kinematics.py FOLDER_OF_RECORDINGS [FOLDER FOR THE ENVIRONMENT]

Makes an environment with both from PyPI (about 500 MB, kept for the next time).  Pose2Sim scales its simple model to
the points first, which is not timed; timed are its inverse kinematics, and ours from the points to angles with errors.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.peers.environment import environment
from benchmarks.real_clip import TRC, clip_angles, clip_points
from reconstruct.estimator.priors import motion_prior

RUNS = 5

OPENSIM = """
import json, sys
from pathlib import Path
from time import perf_counter
from Pose2Sim.kinematics import get_opensim_setup_dir, perform_IK, perform_scaling
trc, folder = Path(sys.argv[1]), Path(sys.argv[2])
setup = get_opensim_setup_dir()
perform_scaling(trc, "BODY_25B", folder, setup, use_simple_model=True)
seconds = []
for _ in range(int(sys.argv[3])):
    start = perf_counter()
    perform_IK(trc, folder, setup, "BODY_25B")
    seconds.append(perf_counter() - start)
print(json.dumps(seconds))
"""


def theirs(python: Path, trc: Path) -> float:
    """Seconds of the fastest of `RUNS` runs."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [python, "-c", OPENSIM, trc.resolve(), folder, str(RUNS)], capture_output=True, text=True, check=True
        )
    return min(json.loads(run.stdout.splitlines()[-1]))


def ours(recordings: Path) -> tuple[float, int]:
    """Seconds of the fastest of `RUNS` runs after one that compiles, and the number of frames."""
    clip, prior = clip_points(recordings), motion_prior()
    clip_angles(*clip, prior)
    seconds: list[float] = []
    for _ in range(RUNS):
        start = perf_counter()
        clip_angles(*clip, prior)
        seconds.append(perf_counter() - start)
    return min(seconds), len(clip[0])


def main() -> None:
    """Print both times and their ratio."""
    recordings = Path(sys.argv[1])
    opensim_s = theirs(environment("kinematics", sys.argv[2:]), recordings / TRC)
    own_s, frames = ours(recordings)
    print(f"{frames} frames: OpenSim through Pose2Sim {1e3 * opensim_s:.0f} ms, valgus {1e3 * own_s:.1f} ms, ")
    print(f"{opensim_s / own_s:.0f} times as fast")


if __name__ == "__main__":
    main()
