"""Cameras on one trigger: views of one pulse, and of no other, stand in one set."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.synchronizer import LIVE_WAIT_INTERVALS, OUT_OF_PHASE, SAME_TIME, Synchronizer
from capture.trigger.pulses import TriggeredCameras
from capture.types import FrameSet, Keypoints2D

CAMERAS = ("a", "b", "c")
INTERVAL_NS = 16_666_667
PULSES = 120
SETTLED_NS = 6 * INTERVAL_NS


def view(camera: str, number: int, time_ns: int, pulse: int) -> Keypoints2D:
    """A view that shows the number of its pulse as u of its only point."""
    uv = np.full((1, 1, 2), pulse, np.float32)
    return Keypoints2D(camera, number, time_ns, 1000, "coco_17", (640, 480), uv, np.ones((1, 1), np.float32))


def pulses_of(frames: FrameSet) -> set[int]:
    return {int(v.uv[0, 0, 0]) for v in frames.views if v is not None}


def unmixed(sets: list[FrameSet]) -> bool:
    """Whether no set holds views of two pulses, once the interval is known."""
    return all(len(pulses_of(frames)) == 1 for frames in sets if frames.time_ns > SETTLED_NS)


def sets_of(arrivals: list[Keypoints2D], triggered: TriggeredCameras | None) -> list[FrameSet]:
    synchronizer = Synchronizer(CAMERAS, LIVE_WAIT_INTERVALS, OUT_OF_PHASE if triggered is None else SAME_TIME)
    sets: list[FrameSet] = []
    for arrival in arrivals:
        sets += synchronizer.add(arrival if triggered is None else triggered.retimed(arrival))
    return sets + synchronizer.flush()


def stalling(rng: np.random.Generator, first: dict[str, int]) -> list[Keypoints2D]:
    """Stamps by arrival: some jitter, and now and then a camera whose next frames all come 2.4 intervals late."""
    arrivals: list[tuple[int, Keypoints2D]] = []
    for camera in CAMERAS:
        ready_ns = 0
        for pulse in range(PULSES):
            stall_ns = 2.4 * INTERVAL_NS if pulse > 20 and rng.random() < 0.05 else 0.0
            arrived_ns = round(pulse * INTERVAL_NS + abs(rng.normal(0, 0.1 * INTERVAL_NS)) + stall_ns)
            ready_ns = max(ready_ns + 200_000, arrived_ns)
            arrivals.append((ready_ns, view(camera, pulse + first[camera], ready_ns, pulse)))
    return [seen for _, seen in sorted(arrivals, key=lambda item: item[0])]


numbers = st.fixed_dictionaries({camera: st.integers(0, 10_000) for camera in CAMERAS})


@settings(deadline=None)
@given(st.integers(0, 10**6), numbers)
def test_stalls_never_mix_pulses(seed: int, first: dict[str, int]) -> None:
    arrivals = stalling(np.random.default_rng(seed), first)
    sets = sets_of(arrivals, TriggeredCameras())
    assert unmixed(sets)
    times = [frames.time_ns for frames in sets]
    assert times == sorted(set(times))


def test_by_time_alone_the_same_stamps_are_mixed() -> None:
    arrivals = stalling(np.random.default_rng(3), dict.fromkeys(CAMERAS, 0))
    mixed = [len(pulses_of(frames)) > 1 for frames in sets_of(arrivals, None)]
    assert sum(mixed) > 10


@settings(deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 0.3))
def test_lost_frames_leave_a_place_empty_and_nothing_else(seed: int, lost: float) -> None:
    rng = np.random.default_rng(seed)
    arrivals = [
        view(camera, pulse, pulse * INTERVAL_NS + int(rng.integers(0, INTERVAL_NS // 4)), pulse)
        for pulse in range(PULSES)
        for camera in CAMERAS
        if rng.random() >= lost
    ]
    sets = sets_of(arrivals, TriggeredCameras())
    assert unmixed(sets)
    settled = {pulse for seen in arrivals if seen.time_ns > SETTLED_NS for pulse in pulses_of(FrameSet(0, (seen,)))}
    assert len([frames for frames in sets if pulses_of(frames) <= settled]) == len(settled)


def test_a_camera_that_starts_again_is_matched_again() -> None:
    triggered = TriggeredCameras()
    arrivals = [
        view(camera, pulse - 60 if camera == "b" and pulse >= 60 else pulse, pulse * INTERVAL_NS + 1000 * place, pulse)
        for pulse in range(PULSES)
        for place, camera in enumerate(CAMERAS)
        if not (camera == "b" and 50 <= pulse < 60)
    ]
    sets = sets_of(arrivals, triggered)
    assert all(len(pulses_of(frames)) == 1 for frames in sets)
    assert all(None not in frames.views for frames in sets[62:])
    assert triggered.news() == ()


def test_a_pulse_that_was_missed_without_being_counted_is_noticed() -> None:
    triggered = TriggeredCameras()
    arrivals = [
        view(camera, pulse - (camera == "c" and pulse > 40), pulse * INTERVAL_NS, pulse)
        for pulse in range(PULSES)
        for camera in CAMERAS
        if not (camera == "c" and pulse == 40)
    ]
    sets = sets_of(arrivals, triggered)
    assert triggered.news() == ("camera 'c' was +1 pulses off the others for a while; put right",)
    assert all(len(pulses_of(frames)) == 1 for frames in sets[-15:])


def test_all_views_of_a_pulse_have_one_time() -> None:
    triggered = TriggeredCameras()
    for pulse in range(3):
        triggered.retimed(view("a", pulse, pulse * INTERVAL_NS, pulse))
    first = triggered.retimed(view("a", 3, 3 * INTERVAL_NS, 3))
    second = triggered.retimed(view("b", 70, 3 * INTERVAL_NS + 4_000_000, 3))
    assert (first.time_ns, first.time_sd_ns) == (second.time_ns, second.time_sd_ns) == (3 * INTERVAL_NS, 1000)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CAMERAS), st.integers(0, 2**62), st.integers(0, 2**62)), max_size=400))
def test_whatever_cameras_count_nothing_hangs_and_memory_stays_bounded(seen: list[tuple[str, int, int]]) -> None:
    triggered = TriggeredCameras()
    for camera, number, time_ns in seen:
        triggered.retimed(view(camera, number, time_ns, 0))
    assert len(triggered._pulses) <= 256  # pyright: ignore[reportPrivateUsage]


def test_memory_stays_bounded_over_a_minute() -> None:
    triggered = TriggeredCameras()
    for pulse in range(3600):
        for camera in CAMERAS:
            triggered.retimed(view(camera, pulse, pulse * INTERVAL_NS, 0))
    assert len(triggered._pulses) == 256  # pyright: ignore[reportPrivateUsage]
