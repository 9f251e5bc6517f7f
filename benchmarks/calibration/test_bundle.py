"""Timings of placing and adjusting a rig; absolute figures need an idle machine.

.venv/bin/python -m pytest benchmarks/calibration/test_bundle.py
"""

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from calibration.bundle.adjust import Knowledge, adjust
from calibration.extrinsics.solution import solve
from tests.support.virtual_boards import BIG_BOARD, Noise, known_lenses, pictures_of_boards, ring, waved_boards

RIG = ring(8)
PICTURES = pictures_of_boards(
    RIG, BIG_BOARD, waved_boards(300, BIG_BOARD, tilt_rad=0.6), Noise(0.3, np.random.default_rng(0))
)
LENSES = known_lenses(RIG)


def test_eight_cameras_three_hundred_boards_from_nothing(benchmark: BenchmarkFixture) -> None:
    solution = benchmark.pedantic(lambda: solve(BIG_BOARD, LENSES, PICTURES, timed=False), rounds=3, warmup_rounds=1)
    assert solution.linked.all()


def test_eight_cameras_three_hundred_boards_adjusted(benchmark: BenchmarkFixture) -> None:
    """The bundle adjustment alone, cameras and lenses free, from the solution moved by a centimetre."""
    solved = solve(BIG_BOARD, LENSES, PICTURES, timed=False).adjustment
    start = solved.state.moved(
        np.pad(np.full((8, 3), 0.01), ((0, 0), (0, 17))), np.zeros((len(solved.state.board_t), 6))
    )
    free, sightings = solved.task.free, solved.task.sightings
    found = benchmark.pedantic(
        lambda: adjust(sightings, start, free, Knowledge(start, solved.task.prior_precision), timed=False),
        rounds=3,
        warmup_rounds=1,
    )
    assert found.rms_px < 0.5
