import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import capture.synchronizer
from capture.errors import CaptureError
from capture.synchronizer import LIVE_WAIT_INTERVALS, Synchronizer
from capture.types import FrameSet, Keypoints2D

CAMERAS = ("a", "b", "c")
INTERVAL_NS = 16_666_667
EMPTY_UV, EMPTY_CONFIDENCE = np.zeros((0, 17, 2), np.float32), np.zeros((0, 17), np.float32)


def view(camera: str, index: int, time_ns: int) -> Keypoints2D:
    return Keypoints2D(camera, index, time_ns, 0, "coco_17", (640, 480), EMPTY_UV, EMPTY_CONFIDENCE)


def indices(sets: list[FrameSet]) -> list[tuple[int | None, ...]]:
    return [tuple(None if v is None else v.frame_index for v in frames.views) for frames in sets]


@st.composite
def streams(draw: st.DrawFn) -> dict[str, list[Keypoints2D]]:
    """Cameras with offsets, jitter and lost frames, times rising within each."""
    result: dict[str, list[Keypoints2D]] = {}
    for camera in CAMERAS:
        count = draw(st.integers(0, 12))
        offset = draw(st.integers(-2 * INTERVAL_NS, 2 * INTERVAL_NS))
        jitter = draw(st.lists(st.integers(0, INTERVAL_NS // 3), min_size=count, max_size=count))
        kept = draw(st.lists(st.booleans(), min_size=count, max_size=count))
        times = [offset + i * INTERVAL_NS + jitter[i] for i in range(count)]
        result[camera] = [view(camera, i, time_ns) for i, time_ns in enumerate(times) if kept[i]]
    return result


def arrival_order(data: st.DataObject, cameras: dict[str, list[Keypoints2D]]) -> list[Keypoints2D]:
    """Any interleaving that keeps each camera's own order."""
    slots = data.draw(st.permutations([camera for camera, views in cameras.items() for _ in views]))
    waiting = {camera: iter(views) for camera, views in cameras.items()}
    return [next(waiting[camera]) for camera in slots]


def run(synchronizer: Synchronizer, arrivals: list[Keypoints2D]) -> list[FrameSet]:
    sets = [frames for arrival in arrivals for frames in synchronizer.add(arrival)]
    return sets + synchronizer.flush()


@given(streams(), st.data())
def test_lock_step_gives_the_same_sets_in_any_order_of_arrival(
    cameras: dict[str, list[Keypoints2D]], data: st.DataObject
) -> None:
    one = run(Synchronizer(CAMERAS), arrival_order(data, cameras))
    other = run(Synchronizer(CAMERAS), arrival_order(data, cameras))
    assert indices(one) == indices(other)
    assert [frames.time_ns for frames in one] == [frames.time_ns for frames in other]


@given(streams(), st.data(), st.sampled_from([LIVE_WAIT_INTERVALS, 0.5, float("inf")]))
def test_every_view_is_used_once_or_counted_late(
    cameras: dict[str, list[Keypoints2D]], data: st.DataObject, wait_intervals: float
) -> None:
    synchronizer = Synchronizer(CAMERAS, wait_intervals)
    sets = run(synchronizer, arrival_order(data, cameras))
    for place, camera in enumerate(CAMERAS):
        used = [frames.views[place] for frames in sets if frames.views[place] is not None]
        times = [v.time_ns for v in used if v is not None]
        assert times == sorted(set(times))
        assert len(used) + synchronizer.late[camera] == len(cameras[camera])
    if np.isinf(wait_intervals):
        assert sum(synchronizer.late.values()) == 0


@given(streams(), st.data())
def test_views_of_a_set_lie_within_an_interval(cameras: dict[str, list[Keypoints2D]], data: st.DataObject) -> None:
    for frames in run(Synchronizer(CAMERAS), arrival_order(data, cameras)):
        times = [v.time_ns for v in frames.views if v is not None]
        assert min(times) <= frames.time_ns <= max(times)
        gaps = [b.time_ns - a.time_ns for views in cameras.values() for a, b in itertools.pairwise(views)]
        assert max(times) - min(times) <= max(gaps, default=0)


@pytest.mark.parametrize("wait_intervals", [LIVE_WAIT_INTERVALS, float("inf")])
def test_synchronous_cameras_with_losses_keep_their_frames_together(wait_intervals: float) -> None:
    rng = np.random.default_rng(5)
    arrivals = [
        view(camera, i, i * INTERVAL_NS + int(rng.integers(0, 2_000_000)))
        for i in range(200)
        for camera in CAMERAS
        if rng.random() > 0.1
    ]
    synchronizer = Synchronizer(CAMERAS, wait_intervals)
    sets = run(synchronizer, arrivals)
    assert all(len({i for i in row if i is not None}) == 1 for row in indices(sets))
    assert sum(i is not None for row in indices(sets) for i in row) == len(arrivals)


def test_cameras_out_of_phase_and_of_different_rate_settle_into_full_sets() -> None:
    phases = {"a": 0.0, "b": 0.8, "c": 0.45}
    arrivals = [
        view(camera, i, int((i + phase) * INTERVAL_NS * (1.0001 if camera == "b" else 1.0)))
        for i in range(100)
        for camera, phase in sorted(phases.items(), key=lambda item: item[1])
    ]
    sets = run(Synchronizer(CAMERAS, LIVE_WAIT_INTERVALS), arrivals)
    assert all(None not in row for row in indices(sets)[3:-2])


def test_a_missing_camera_delays_live_sets_only_until_it_counts_as_silent() -> None:
    synchronizer = Synchronizer(CAMERAS, LIVE_WAIT_INTERVALS)
    waiting: list[int] = []
    left = 0
    for i in range(60):
        for camera in CAMERAS[: 3 if i < 20 else 2]:
            left += len(synchronizer.add(view(camera, i, i * INTERVAL_NS)))
        waiting.append(i + 1 - left)
    assert max(waiting) <= 3
    assert waiting[-1] == 0


def test_a_view_after_its_set_has_left_is_late() -> None:
    synchronizer = Synchronizer(("a", "b"), LIVE_WAIT_INTERVALS)
    sets: list[FrameSet] = []
    for i in range(6):
        sets += synchronizer.add(view("a", i, i * INTERVAL_NS))
        if i < 2:
            sets += synchronizer.add(view("b", i, i * INTERVAL_NS + 1000))
    assert (2, None) in indices(sets)
    assert synchronizer.add(view("b", 2, 2 * INTERVAL_NS + 1000)) == []
    assert synchronizer.late == {"a": 0, "b": 1}
    sets = synchronizer.add(view("b", 5, 5 * INTERVAL_NS + 1000))
    assert indices(sets)[-1] == (5, 5)


def test_strangers_are_counted_and_a_runaway_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    synchronizer = Synchronizer(("a", "b"))
    assert synchronizer.add(view("x", 0, 0)) == []
    assert synchronizer.strangers == 1
    monkeypatch.setattr(capture.synchronizer, "_MOST_PENDING", 3)
    for i in range(3):
        synchronizer.add(view("a", i, i))
    with pytest.raises(CaptureError, match="camera 'a' is 3 frames ahead"):
        synchronizer.add(view("a", 3, 3))


def test_a_camera_that_ended_may_come_back() -> None:
    synchronizer = Synchronizer(("a", "b"))
    for i in range(3):
        synchronizer.add(view("a", i, i * INTERVAL_NS))
    assert indices(synchronizer.end("b")) == [(0, None), (1, None), (2, None)]
    assert synchronizer.add(view("b", 0, 3 * INTERVAL_NS)) == []
    assert synchronizer.add(view("a", 3, 3 * INTERVAL_NS)) == []
    assert indices(synchronizer.add(view("b", 1, 4 * INTERVAL_NS))) == [(3, 0)]
