"""Footage of a board in, a rig in metres and its quality out: the whole calibration, composed."""

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.errors import CalibrationError
from calibration.extrinsics.solution import Solution, of_linked, solve
from calibration.heldout import heldout_score, score_of
from calibration.intrinsics.lens import Lens, learn_lens, rescaled
from calibration.intrinsics.stored import stored_lens
from calibration.quality.calibration_gates import Evidence, judge_calibration
from calibration.quality.clock_figures import clock_figures
from calibration.quality.comparison import compare
from calibration.quality.document import Quality
from calibration.quality.notices import notices_of
from calibration.quality.per_camera import camera_figures
from calibration.quality.scores import Score
from calibration.quality.volume import volume_around
from calibration.rig_footage import Seen
from calibration.world_frame.floor_board import world_from_floor_board
from calibration.world_frame.guess import guessed_world
from calibration.world_frame.known_points import read_known_points, world_from_known_points
from calibration.world_frame.world import World
from geometry import se3
from geometry.rig import Rig

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CalibrationRequest:
    """What to calibrate with.

    Attributes
    ----------
    board : as printed
    known_points : CSV of clicked points with known places, if any
    tape_m : distances between pairs of cameras measured with a tape, metres
    previous : last calibration of the same rig, to compare with
    lenses : cameras whose lenses are taken over instead of learnt
    time_offsets : look for a constant time offset of every camera as well; needs times of the frames
    """

    board: Board
    known_points: Path | None = None
    tape_m: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    previous: Rig | None = None
    lenses: Rig | None = None
    time_offsets: bool = False


@dataclass(frozen=True, eq=False)
class Calibration:
    """A calibrated rig in its world, and everything a report about it needs."""

    rig: Rig
    world: World
    lenses: tuple[Lens, ...]
    quality: Quality
    score: Score
    board_points: Array


def calibrate(request: CalibrationRequest, seen: Seen) -> Calibration:
    """Calibrate a rig; CalibrationError says what is missing or contradictory."""
    paired, clock = seen.paired, _Stopwatch(seen.seconds)
    if request.time_offsets and not paired.clocked:
        raise CalibrationError("time offsets need the times of the frames; give videos or a timestamps.csv")
    lenses = _lenses(request, seen)
    clock.lap("lenses")
    offsets = request.time_offsets
    solution = solve(request.board, lenses, paired.pictures, timed=paired.timed, offsets=offsets)
    clock.lap("solve")
    heldout = heldout_score(request.board, lenses, paired, solution, offsets=offsets)
    clocks = clock_figures(solution, timed=paired.timed) if paired.clocked else None
    world = _world(request, seen, solution)
    rig = solution.rig.moved(world.T_world_rig)
    linked = of_linked(paired.pictures, solution.linked)
    whole, pictures = score_of(request.board, linked, solution, rig.arrays, offsets=offsets)
    evidence = Evidence(request.board, paired, solution, rig, world, whole, heldout, clocks, pictures)
    comparison = compare(rig, request.previous) if request.previous is not None else None
    gates, not_judged = judge_calibration(evidence, request.tape_m, comparison)
    T_world_board = world.T_world_rig @ solution.adjustment.state.T_world_board
    board_points = se3.apply(T_world_board[:, None], request.board.points).reshape(-1, 3)
    clock.lap("judge")
    quality = Quality(
        score=whole,
        heldout=heldout,
        names=rig.names,
        cameras=camera_figures(solution, rig, paired),
        gates=gates,
        not_judged=not_judged,
        clocks=clocks,
        world=world.source,
        floor_rms_mm=1e3 * world.floor_rms_m if world.has_floor else None,
        notices=(*paired.notices, *seen.notices, *notices_of(solution, world, whole, heldout, clocks)),
        seconds=clock.laps,
        volume=volume_around(rig, board_points),
        comparison=comparison,
    )
    return Calibration(rig, world, solution.lenses, quality, heldout or whole, board_points)


def _lenses(request: CalibrationRequest, seen: Seen) -> list[Lens]:
    paired, footage = seen.paired, seen.lens_footage
    if request.lenses is not None:
        known = request.lenses.select(paired.names)
        return [stored_lens(camera, size) for camera, size in zip(known.cameras, paired.sizes, strict=True)]

    def learn(name: str, size: tuple[int, int]) -> Lens:
        of_camera = [one.detection for one in footage[name].seen]
        lens = learn_lens(name, request.board, of_camera, footage[name].size)
        return lens if lens.size == size else rescaled(lens, size)

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(pool.map(learn, paired.names, paired.sizes))


def _world(request: CalibrationRequest, seen: Seen, solution: Solution) -> World:
    rig = solution.rig
    if request.known_points is not None:
        return world_from_known_points(read_known_points(request.known_points, rig.names), rig)
    if seen.floor is not None:
        return world_from_floor_board(request.board, of_linked(seen.floor, solution.linked), rig)
    boards = solution.adjustment.state.T_world_board
    return guessed_world(rig, se3.apply(boards[:, None], request.board.points).reshape(-1, 3))


class _Stopwatch:
    """Seconds between laps."""

    def __init__(self, detect_s: float) -> None:
        self.laps = {"detect": round(detect_s, 3)}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 3)
        self._last = now
