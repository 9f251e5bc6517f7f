"""Virtual cameras keep time, drop what they should, and show what was computed."""

import time

import numpy as np

from capture.types import Frame
from valgus.virtual_lab.camera import VirtualCamera, VirtualDetector
from valgus.virtual_lab.kinematics import HALPE_26
from valgus.virtual_lab.schedule import schedule


def test_schedules_differ_between_cameras_and_repeat_with_the_seed() -> None:
    first, again, other = schedule(1, 0, 10.0, 60.0), schedule(1, 0, 10.0, 60.0), schedule(1, 1, 10.0, 60.0)
    np.testing.assert_array_equal(first.exposure_s, again.exposure_s)
    assert first.clock_ahead_ns != other.clock_ahead_ns
    np.testing.assert_allclose(np.diff(first.exposure_s), 1.0 / 60.0, rtol=2e-4)
    assert 0.0 <= first.exposure_s[0] < 1.0 / 60.0
    assert first.delay_s.min() >= 0.004
    assert 0.001 < first.delay_s.std() < 0.005


def test_the_share_of_dropped_frames() -> None:
    dropped = schedule(2, 0, 200.0, 60.0, drop_share=0.02).dropped
    assert 0.014 < dropped.mean() < 0.026
    assert not dropped[0]
    assert not dropped[-1]


def test_frames_come_in_time_with_gaps_where_some_are_dropped() -> None:
    run = schedule(3, 0, 0.5, 60.0, drop_share=0.2)
    start_ns = time.monotonic_ns() + 20_000_000
    camera, detector = VirtualCamera("cam01", run, start_ns), VirtualDetector((1280, 720), *_seen(len(run.dropped)))
    indices: list[int] = []
    while (frame := camera.read()) is not None:
        arrived_ns = time.monotonic_ns()
        indices.append(frame.index)
        exposed_ns = frame.time_ns - run.clock_ahead_ns
        assert exposed_ns == start_ns + round(run.exposure_s[frame.index] * 1e9)
        assert arrived_ns >= exposed_ns + run.delay_s[frame.index] * 1e9
        found = detector.detect(frame)
        assert (found.camera, found.frame_index, found.time_ns) == ("cam01", frame.index, frame.time_ns)
        assert found.uv[0, 0, 0] == frame.index
    camera.close()
    assert indices == np.flatnonzero(~run.dropped).tolist()
    assert run.dropped.any()


def test_a_camera_opened_late_has_missed_the_beginning() -> None:
    run = schedule(3, 0, 0.5, 60.0, drop_share=0.0)
    camera = VirtualCamera("cam01", run, time.monotonic_ns() - 250_000_000)
    first = camera.read()
    assert first is not None
    assert 12 <= first.index <= 16


def test_who_is_not_seen_is_not_found() -> None:
    uv, confidence = (np.repeat(values, 2, axis=1) for values in _seen(3))
    confidence[1, 0] = confidence[2] = 0.0
    detector = VirtualDetector((1280, 720), uv + np.arange(2.0)[:, None, None], confidence)
    found = [detector.detect(Frame("cam01", i, 0, 0, np.zeros((0, 0, 3), np.uint8))) for i in range(3)]
    assert [seen.uv[:, 0, 0].tolist() for seen in found] == [[0.0, 1.0], [2.0], []]
    assert [len(seen.confidence) for seen in found] == [2, 1, 0]


def _seen(frames: int) -> tuple[np.ndarray, np.ndarray]:
    uv = np.zeros((frames, 1, len(HALPE_26), 2))
    uv[:, 0, 0, 0] = np.arange(frames)
    return uv, np.ones((frames, 1, len(HALPE_26)))
