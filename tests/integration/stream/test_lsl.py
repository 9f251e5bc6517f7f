"""The LSL streams read by pylsl inlets that know nothing of the sender."""

import json
import time
from typing import Any

import numpy as np
import pylsl
import pytest

from reconstruct.angle_names import ANGLE_NAMES
from stream.feed.live_event import LiveEvent
from stream.lsl import LslSink

TIMEOUT_S = 10.0


@pytest.fixture
def sink(request):
    sink = LslSink(f"lab{abs(hash(request.node.name)) % 10**8}")
    yield sink
    sink.close()


def inlet(sink: LslSink, what: str) -> pylsl.StreamInlet:
    found = pylsl.resolve_byprop("name", f"{sink.name} {what}", timeout=TIMEOUT_S)
    assert len(found) == 1
    inlet = pylsl.StreamInlet(found[0], recover=False)
    inlet.open_stream(timeout=TIMEOUT_S)
    return inlet


def pulled(inlet: pylsl.StreamInlet) -> tuple[list[Any], float]:
    """Next sample and its time stamp."""
    sample, stamp = inlet.pull_sample(timeout=TIMEOUT_S)
    assert sample is not None
    assert stamp is not None
    return list(sample), stamp


def channels(inlet: pylsl.StreamInlet) -> list[dict[str, str]]:
    """Channel metadata as the inlet tells it."""
    listed = []
    channel = inlet.info(TIMEOUT_S).desc().child("channels").child("channel")
    while not channel.empty():
        listed.append({key: channel.child_value(key) for key in ("label", "marker", "object", "type", "unit")})
        channel = channel.next_sibling("channel")
    return listed


def test_points_are_a_mocap_stream_in_metres(sink, make_frame):
    sink.send_frame(make_frame(1), lost=0)
    points = inlet(sink, "points")
    info = points.info(TIMEOUT_S)
    assert (info.type(), info.channel_count(), info.nominal_srate()) == ("MoCap", 26 * 4, pylsl.IRREGULAR_RATE)
    described = channels(points)
    assert described[11 * 4] == {
        "label": "LHip_x",
        "marker": "LHip",
        "object": "subject",
        "type": "PositionX",
        "unit": "meters",
    }
    assert [channel["type"] for channel in described[:4]] == ["PositionX", "PositionY", "PositionZ", "StandardError"]
    lag_s = float(info.desc().child("acquisition").child_value("compensated_lag"))
    assert 0.0 < lag_s < 5.0
    sink.send_frame(make_frame(2), lost=0)
    sample, _ = pulled(points)
    np.testing.assert_allclose(sample[11 * 4 : 12 * 4], [11.0, 1.1, 0.11, 0.005], rtol=1e-6)
    assert np.isnan(sample[4:7]).all()


def test_angles_carry_errors_observability_and_latency(sink, make_frame):
    sink.send_frame(make_frame(1), lost=0)
    angles = inlet(sink, "angles")
    labels = [channel["label"] for channel in channels(angles)]
    assert labels[:3] == ["hip_flexion_r", "hip_flexion_r_se", "hip_flexion_r_obs"]
    assert labels[3 * len(ANGLE_NAMES) :][:2] == ["sequence", "latency"]
    captured_ns = time.monotonic_ns() - 20_000_000
    sink.send_frame(make_frame(2, captured_ns), lost=5)
    sample, _ = pulled(angles)
    values = dict(zip(labels, sample, strict=True))
    assert values["hip_rotation_r"] == pytest.approx(2.0)
    assert (values["hip_rotation_r_se"], values["hip_rotation_r_obs"]) == (pytest.approx(1.5), 2.0)
    assert np.isnan(values["ankle_inversion_l"])
    assert (values["sequence"], values["stream_dropped"], values["dropped"]) == (2.0, 5.0, 7.0)
    assert 20.0 <= values["latency"] < 1000.0


def test_time_stamps_are_capture_times_on_lsls_clock(sink, make_frame):
    """An event at a known moment of LSL's clock comes back within a millisecond, whenever it was sent."""
    sink.send_frame(make_frame(0), lost=0)
    points = inlet(sink, "points")
    for sequence, age_s in enumerate((0.0, 0.05, 0.3), start=1):
        lsl_s, captured_ns = pylsl.local_clock(), time.monotonic_ns()
        sink.send_frame(make_frame(sequence, captured_ns - int(age_s * 1e9)), lost=0)
        _, stamp = pulled(points)
        aligned = stamp + points.time_correction(TIMEOUT_S)
        assert aligned == pytest.approx(lsl_s - age_s, abs=1e-3)


def test_markers_and_metrics_are_streams_of_their_own(sink):
    markers, metrics = inlet(sink, "markers"), inlet(sink, "metrics")
    assert (markers.info(TIMEOUT_S).type(), markers.info(TIMEOUT_S).channel_format()) == ("Markers", pylsl.cf_string)
    happened_ns = time.monotonic_ns()
    sink.send_event(LiveEvent(happened_ns, "repetition", "3", {"peak_valgus_deg": 8.5}))
    (text,), stamp = pulled(markers)
    assert text == "repetition 3"
    assert stamp == pytest.approx(happened_ns * 1e-9 + pylsl.local_clock() - time.monotonic(), abs=1e-3)
    (numbers,), _ = pulled(metrics)
    assert json.loads(numbers)["metrics"] == {"peak_valgus_deg": 8.5}


def test_the_rate_of_the_time_stamps_is_that_of_the_captures(sink, make_frame):
    sink.send_frame(make_frame(0), lost=0)
    points = inlet(sink, "points")
    start_ns = time.monotonic_ns()
    for sequence in range(1, 61):
        sink.send_frame(make_frame(sequence, start_ns + sequence * 8_333_333), lost=0)
    stamps = [pulled(points)[1] for _ in range(60)]
    np.testing.assert_allclose(np.diff(stamps), 8.333333e-3, atol=1e-6)


def test_another_keypoint_set_makes_new_streams(sink, make_frame):
    sink.send_frame(make_frame(1), lost=0)
    assert inlet(sink, "points").info(TIMEOUT_S).channel_count() == 26 * 4
    sink.send_frame(make_frame(2, points="coco_17"), lost=0)
    deadline = time.monotonic() + TIMEOUT_S
    while inlet(sink, "points").info(TIMEOUT_S).channel_count() != 17 * 4:
        assert time.monotonic() < deadline
