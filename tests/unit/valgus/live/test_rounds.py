"""Sets of free-running cameras: whole where all are punctual, never later than the rhythm of the missing allows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.types import Keypoints2D
from valgus.live.lock_step import LockStep
from valgus.live.rounds import Gathered, Rounds

CAMERAS = ("a", "b", "c")
MS = 1_000_000
INTERVAL_NS = 16_666_667
NOBODY = np.zeros((0, 17, 2), np.float32), np.zeros((0, 17), np.float32)
Row = tuple[int | None, ...]


def view(camera: str, index: int, time_ns: int) -> Keypoints2D:
    return Keypoints2D(camera, index, time_ns, 0, "coco_17", (640, 480), *NOBODY)


def indices(gathered: list[Gathered]) -> list[Row]:
    return [tuple(None if v is None else v.frame_index for v in one.frames.views) for one in gathered]


def play(rounds: Rounds, arrivals: list[tuple[int, Keypoints2D]]) -> list[tuple[int, Gathered]]:
    """Sets and when they left: overdue ones are asked for every half millisecond."""
    left: list[tuple[int, Gathered]] = []
    now_ns = min(at_ns for at_ns, _ in arrivals)
    for at_ns, one in sorted(arrivals, key=lambda arrival: arrival[0]):
        while now_ns < at_ns:
            left += [(now_ns, gathered) for gathered in rounds.overdue(now_ns)]
            now_ns += MS // 2
        if rounds.is_new(one):
            left += [(at_ns, gathered) for gathered in rounds.add(one, at_ns)]
    return left + [(now_ns, gathered) for gathered in rounds.flush()]


def run_of(
    camera: str,
    phase_ns: int,
    frames: int,
    delay_ns: int,
    dropped: tuple[int, ...] = (),
    interval_ns: int = INTERVAL_NS,
) -> list[tuple[int, Keypoints2D]]:
    times = {i: phase_ns + i * interval_ns for i in range(frames) if i not in dropped}
    return [(time_ns + delay_ns, view(camera, i, time_ns)) for i, time_ns in times.items()]


@pytest.mark.parametrize("phases_ms", [(0, 0, 0), (0, 4, 8), (2, 11, 13), (14, 1, 3)])
def test_punctual_cameras_give_whole_sets_the_moment_the_last_view_comes(phases_ms: tuple[int, ...]) -> None:
    arrivals = [
        arrival
        for camera, phase in zip(CAMERAS, phases_ms, strict=True)
        for arrival in run_of(camera, phase * MS, 60, 7 * MS)
    ]
    left = play(Rounds(CAMERAS), arrivals)
    settled = [(at_ns, gathered) for at_ns, gathered in left if gathered.frames.time_ns > 5 * INTERVAL_NS][:-1]
    assert len(settled) >= 52
    for at_ns, gathered in settled:
        assert None not in gathered.frames.views
        assert not gathered.in_vain
        newest_ns = max(v.time_ns for v in gathered.frames.views if v is not None)
        assert at_ns == gathered.arrived_ns == newest_ns + 7 * MS


def test_from_the_second_frame_on_sets_are_whole() -> None:
    arrivals = [one for c, phase in (("a", 3), ("b", 0), ("c", 7)) for one in run_of(c, phase * MS, 20, 7 * MS)]
    rows = indices([gathered for _, gathered in play(Rounds(CAMERAS), arrivals)])
    assert rows == [(i, i, i) for i in range(20)]


@pytest.mark.parametrize(("missing", "most_ms"), [("a", 0.5), ("b", 0.5), ("c", 4.5)])
def test_a_missing_view_is_waited_for_until_it_is_overdue(missing: str, most_ms: float) -> None:
    """Only where it would have been the last: then as long as its turn is later, and no delay is beyond the usual."""
    arrivals = [
        arrival
        for camera, phase_ms in (("a", 0), ("b", 2), ("c", 6))
        for arrival in run_of(camera, phase_ms * MS, 60, 7 * MS, (30,) if camera == missing else ())
    ]
    left = play(Rounds(CAMERAS), arrivals)
    place = CAMERAS.index(missing)
    (at_ns, gathered), *_ = [
        (at_ns, one) for at_ns, one in left if one.frames.views[place] is None and one.frames.time_ns > 5 * INTERVAL_NS
    ]
    assert sorted({v.frame_index for v in gathered.frames.views if v is not None}) == [30]
    assert at_ns - gathered.arrived_ns <= most_ms * MS
    assert gathered.in_vain
    after = [row for row in indices([one for _, one in left]) if row[(place + 1) % 3] in (29, 31)]
    assert after == [(29, 29, 29), (31, 31, 31)]


def test_a_view_that_comes_after_its_set_makes_no_set_of_its_own() -> None:
    arrivals = [arrival for c, phase in (("a", 0), ("b", 1), ("c", 2)) for arrival in run_of(c, phase * MS, 60, 7 * MS)]
    late = [(at_ns + (9 * MS if one.camera == "b" and one.frame_index == 30 else 0), one) for at_ns, one in arrivals]
    rows = indices([gathered for _, gathered in play(Rounds(CAMERAS), late)])
    assert [row for row in rows if row[0] in (29, 30, 31)] == [(29, 29, 29), (30, None, 30), (31, 31, 31)]


def test_a_slower_camera_is_expected_only_at_its_turn() -> None:
    slow = run_of("c", 2 * MS, 30, 7 * MS, interval_ns=2 * INTERVAL_NS)
    arrivals = [*run_of("a", 0, 60, 7 * MS), *run_of("b", 1 * MS, 60, 7 * MS), *slow]
    left = [(at_ns, one) for at_ns, one in play(Rounds(CAMERAS), arrivals) if one.frames.time_ns > 8 * INTERVAL_NS][:-1]
    assert {row[2] is None for row in indices([one for _, one in left])} == {True, False}
    assert all(at_ns == one.arrived_ns for at_ns, one in left)


def test_a_camera_that_falls_silent_or_ends_delays_nobody() -> None:
    for ends in (False, True):
        rounds = Rounds(CAMERAS)
        arrivals = [*run_of("a", 0, 60, 7 * MS), *run_of("b", 3 * MS, 60, 7 * MS), *run_of("c", 6 * MS, 20, 7 * MS)]
        left = play(rounds, [one for one in arrivals if one[0] < 20 * INTERVAL_NS + 14 * MS])
        left += [(0, one) for one in rounds.end("c")] if ends else []
        later = play(rounds, [one for one in arrivals if one[0] >= 20 * INTERVAL_NS + 14 * MS])
        waits_ms = [(at_ns - one.arrived_ns) / MS for at_ns, one in later[:-1]]
        assert max(waits_ms) <= (0.0 if ends else 4.5)
        assert max(waits_ms[12:]) == 0.0


@settings(deadline=None)
@given(st.data())
def test_every_view_is_in_one_set_at_most_and_sets_move_forward(data: st.DataObject) -> None:
    """Whatever the phases, losses and delays; what is in no set came after a set that could have held it."""
    arrivals: list[tuple[int, Keypoints2D]] = []
    for camera in CAMERAS:
        count, phase = data.draw(st.integers(0, 20)), data.draw(st.integers(0, INTERVAL_NS))
        for i in range(count):
            if data.draw(st.integers(0, 9)):
                time_ns = phase + i * INTERVAL_NS + data.draw(st.integers(-MS, MS))
                arrivals.append((time_ns + data.draw(st.integers(4 * MS, 40 * MS)), view(camera, i, time_ns)))
    if not arrivals:
        return
    left = [gathered for _, gathered in play(Rounds(CAMERAS), arrivals)]
    used = [(v.camera, v.frame_index) for one in left for v in one.frames.views if v is not None]
    assert len(used) == len(set(used))
    for place in range(len(CAMERAS)):
        times = [v.time_ns for one in left if (v := one.frames.views[place]) is not None]
        assert times == sorted(times)
    for one in left:
        times = [v.time_ns for v in one.frames.views if v is not None]
        assert min(times) <= one.frames.time_ns <= max(times)


def test_lock_step_waits_for_everybody() -> None:
    lock_step = LockStep(("a", "b"))
    assert [lock_step.add(view("a", i, i * INTERVAL_NS), i) for i in range(40)] == [[]] * 40
    assert lock_step.overdue(1 << 62) == []
    assert lock_step.due_ns is None
    gathered = [one for i in range(40) for one in lock_step.add(view("b", i, i * INTERVAL_NS + 5), 100 + i)]
    assert indices(gathered + lock_step.flush()) == [(i, i) for i in range(40)]
    assert gathered[-1].arrived_ns == 139
