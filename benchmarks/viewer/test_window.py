"""The window under Xvfb, drawn by the processor: at least 30 pictures a second with four cameras.

Every step shows a new frame; error ellipsoids and anatomical axes are off, as when the viewer starts.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from capture.keypoint_sets import keypoint_set
from reconstruct.types import AngleTrial, Observability, PointTrial
from valgus.virtual_lab import motion
from valgus.virtual_lab.trial import virtual_lab
from viewer.replay import Replay
from viewer.room import room_of

FRAMES, FPS = 240, 60.0
REQUIRED_FPS = 30


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed: no window can be opened without a display (apt-get install xvfb)")
    read_end, write_end = os.pipe()
    command = [server, "-displayfd", str(write_end), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as announced:
        monkeypatch.setenv("DISPLAY", f":{announced.readline().strip()}")
    yield
    process.terminate()
    process.wait()


class SteppingClock:
    """A clock that is one frame later each time it is asked, so that every step has a new frame to draw."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def __call__(self) -> float:
        self._now_s += 1 / FPS
        return self._now_s


def _squats() -> Replay:
    lab, halpe = virtual_lab(seed=0), keypoint_set("halpe_26")
    truth = lab.truth(partial(motion.squat, faults=motion.RIGHT_KNEE_IN), np.arange(FRAMES) / FPS)
    shape = (FRAMES, len(halpe))
    points = PointTrial(
        time_s=truth.time_s,
        keypoint_set=halpe,
        xyz=truth.points,
        covariance=np.tile(np.eye(3) * 0.006**2, (*shape, 1, 1)),
        views=np.full(shape, 4, np.int8),
        residual_px=np.full(shape, 3.0),
        camera_residual_px=np.zeros((0, *shape)),
        bridged=np.zeros(shape, np.bool_),
    )
    error = np.full(truth.angles.shape, np.radians(1.5))
    codes = np.full(truth.angles.shape, Observability.MEASURED, np.int8)
    return Replay(points, AngleTrial(truth.time_s, truth.angles, error, codes), SteppingClock())


@pytest.mark.usefixtures("display")
def test_window_steps(benchmark: BenchmarkFixture) -> None:
    from viewer.choosing import NobodyToAsk
    from viewer.open3d_window import Window
    from viewer.stage import Stage

    with Window("benchmark", (1280, 720)) as window:
        stage = Stage(window, _squats(), room_of(virtual_lab(seed=0).rig), NobodyToAsk())
        benchmark.pedantic(lambda: stage.step(time.monotonic()), rounds=300, warmup_rounds=30)
    assert benchmark.stats is not None
    assert benchmark.stats["median"] < 1 / REQUIRED_FPS
