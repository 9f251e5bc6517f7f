"""Latencies are never flattered: waiting in the queue counts."""

import numpy as np
import pytest

from capture.types import FrameSet, Keypoints2D
from valgus.live.attendance import Attendance
from valgus.live.report import Stopwatch, capture_latency_ms, sync_error_ms
from valgus.live.rounds import Gathered
from valgus.live.tally import Tally

MS = 1_000_000


def view(time_ns: int, sd_ns: int = 0) -> Keypoints2D:
    nobody = np.zeros((0, 17, 2), np.float32), np.zeros((0, 17), np.float32)
    return Keypoints2D("cam", 0, time_ns, sd_ns, "coco_17", (640, 480), *nobody)


def came(arrived_ns: int, in_vain: bool = False) -> Gathered:
    return Gathered(FrameSet(0, (view(0),)), arrived_ns, in_vain)


def test_a_message_that_is_waited_for_counts_from_its_arrival() -> None:
    watch = Stopwatch()
    watch.idle()
    watch.published(came(watch.arrived(exposed_ns=0, now_ns=10 * MS)), now_ns=12 * MS)
    assert watch.report(1, Tally()).latency_ms == pytest.approx([2.0])


def test_a_message_that_waited_counts_from_when_it_can_have_come() -> None:
    watch = Stopwatch()
    watch.idle()
    watch.published(came(watch.arrived(exposed_ns=0, now_ns=10 * MS)), now_ns=30 * MS)
    watch.published(came(watch.arrived(exposed_ns=0, now_ns=30 * MS)), now_ns=31 * MS)
    watch.published(came(watch.arrived(exposed_ns=25 * MS, now_ns=31 * MS)), now_ns=32 * MS)
    watch.nothing_waits(now_ns=33 * MS)
    watch.published(came(watch.arrived(exposed_ns=25 * MS, now_ns=35 * MS)), now_ns=36 * MS)
    watch.idle()
    watch.published(came(watch.arrived(exposed_ns=25 * MS, now_ns=40 * MS)), now_ns=41 * MS)
    assert watch.report(5, Tally()).latency_ms == pytest.approx([20.0, 21.0, 7.0, 3.0, 1.0])


def test_a_result_that_waited_for_a_view_in_vain_counts_from_the_last_that_came() -> None:
    watch = Stopwatch()
    watch.idle()
    arrived_ns = watch.arrived(exposed_ns=0, now_ns=10 * MS)
    watch.nothing_waits(now_ns=14 * MS)
    watch.published(came(arrived_ns, in_vain=True), now_ns=15 * MS)
    report = watch.report(1, Tally())
    assert report.latency_ms == pytest.approx([5.0])
    assert report.in_vain.tolist() == [True]


def test_capture_latency_and_clock_error_of_a_set() -> None:
    frames = FrameSet(4 * MS, (view(3 * MS, 3 * MS), None, view(5 * MS, 4 * MS)))
    assert capture_latency_ms(frames, 12 * MS) == pytest.approx(7.0)
    assert sync_error_ms(frames) == pytest.approx(np.sqrt(12.5))


def test_cameras_of_the_last_100_ms_count() -> None:
    attendance = Attendance(3)
    assert attendance.count(FrameSet(0, (view(0), view(0), None))) == 2
    assert attendance.count(FrameSet(50 * MS, (view(50 * MS), None, None))) == 2
    assert attendance.count(FrameSet(110 * MS, (view(110 * MS), None, view(110 * MS)))) == 2
    assert attendance.count(FrameSet(400 * MS, (None, view(400 * MS), None))) == 1
