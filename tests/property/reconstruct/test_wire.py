"""A live frame survives the wire bit for bit; no bytes at all can make the decoder fail in any other way."""

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from capture.keypoint_sets import KEYPOINT_SETS
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.errors import ReconstructError
from reconstruct.types import Bystander, JointAngles, LiveFrame, Points3D
from reconstruct.wire import VERSION, beginning_of, decode_live_frame, encode_live_frame, subject_of

Array = NDArray[np.float64]

TIMES_NS = st.integers(-(2**63), 2**63 - 1)
COUNTS = st.integers(0, 2**63 - 1)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
SEEDS = st.integers(0, 2**32 - 1)


def _any_doubles(rng: np.random.Generator, *shape: int) -> Array:
    """Doubles of arbitrary bits: huge, tiny, infinite, negative zero and NaN among them."""
    bits = rng.integers(0, 2**64, shape, dtype=np.uint64)
    bits[rng.random(shape) < 0.1] = np.array(np.nan).view(np.uint64)
    return bits.view(np.float64)


@st.composite
def _points(draw: st.DrawFn) -> Points3D:
    points_set = draw(st.sampled_from(list(KEYPOINT_SETS.values())))
    rng, n = np.random.default_rng(draw(SEEDS)), len(points_set)
    return Points3D(
        time_ns=draw(TIMES_NS),
        keypoint_set=points_set,
        xyz=_any_doubles(rng, n, 3),
        covariance=_any_doubles(rng, n, 3, 3),
        views=rng.integers(-128, 128, n, dtype=np.int8),
        residual_px=_any_doubles(rng, n),
    )


@st.composite
def _angles(draw: st.DrawFn) -> JointAngles:
    rng, n = np.random.default_rng(draw(SEEDS)), len(ANGLE_NAMES)
    return JointAngles(
        time_ns=draw(TIMES_NS),
        values=_any_doubles(rng, n),
        standard_error=_any_doubles(rng, n),
        observability=rng.integers(0, 3, n, dtype=np.int8),
    )


live_frames: st.SearchStrategy[LiveFrame] = st.builds(
    LiveFrame,
    sequence=COUNTS,
    points=_points(),
    angles=_angles(),
    views=COUNTS,
    latency_ms=st.floats(),
    sync_error_ms=st.floats(),
    dropped=COUNTS,
    lagged=st.none() | _angles(),
    subject=st.integers(1, 2**16 - 1),
    person=st.integers(-1, 2**63 - 1),
    others=st.lists(st.builds(Bystander, COUNTS, FINITE, FINITE), max_size=64).map(tuple),
)


def _assert_same(sent: Any, received: Any, fields: str) -> None:
    for field in fields.split():
        np.testing.assert_array_equal(getattr(received, field), getattr(sent, field), err_msg=field)


@given(live_frames)
def test_every_number_survives(frame: LiveFrame) -> None:
    received = decode_live_frame(encode_live_frame(frame))
    _assert_same(frame, received, "sequence views latency_ms sync_error_ms dropped subject person")
    assert received.others == frame.others
    _assert_same(frame.points, received.points, "time_ns keypoint_set xyz covariance views residual_px")
    _assert_same(frame.angles, received.angles, "time_ns values standard_error observability")
    assert (received.lagged is None) == (frame.lagged is None)
    if frame.lagged is not None:
        _assert_same(frame.lagged, received.lagged, "time_ns values standard_error observability")
    assert not received.points.xyz.flags.writeable


@given(live_frames, st.binary(max_size=300))
def test_the_subject_is_told_without_reading_the_message(frame: LiveFrame, noise: bytes) -> None:
    message = encode_live_frame(frame)
    assert subject_of(message) == frame.subject
    assert message.startswith(beginning_of(frame.subject))
    assert not message.startswith(beginning_of(frame.subject - 1))
    assert subject_of(message[:4] + b"\x02\0" + message[6:]) == 0
    assert subject_of(noise) == 0


@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(ReconstructError):
        decode_live_frame(noise)


@given(live_frames, st.data())
def test_a_damaged_message_is_read_or_refused(frame: LiveFrame, data: st.DataObject) -> None:
    message = bytearray(encode_live_frame(frame))
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, 79))] = data.draw(st.integers(0, 255))
    try:
        decoded = decode_live_frame(bytes(message))
    except ReconstructError:
        return
    assert len(decoded.points.xyz) == len(decoded.points.keypoint_set)


@given(live_frames, st.data())
def test_a_message_of_another_length_is_refused(frame: LiveFrame, data: st.DataObject) -> None:
    message = encode_live_frame(frame)
    with pytest.raises(ReconstructError):
        decode_live_frame(message[: data.draw(st.integers(0, len(message) - 1))])
    with pytest.raises(ReconstructError):
        decode_live_frame(message + b"\0")


@given(live_frames, st.integers(0, 2**16 - 1).filter(lambda version: version != VERSION))
def test_another_version_says_what_to_do(frame: LiveFrame, version: int) -> None:
    message = bytearray(encode_live_frame(frame))
    message[4:6] = version.to_bytes(2, "little")
    with pytest.raises(ReconstructError, match=rf"version {version}, .* reads {VERSION}; update"):
        decode_live_frame(bytes(message))


@given(live_frames, st.integers(-128, 127).filter(lambda code: code not in (0, 1, 2)))
def test_an_unknown_observability_is_refused(frame: LiveFrame, code: int) -> None:
    message = bytearray(encode_live_frame(frame))
    message[-1] = code % 256
    with pytest.raises(ReconstructError, match=f"observability class {code} is unknown"):
        decode_live_frame(bytes(message))


def test_a_header_nested_a_thousand_deep_is_refused() -> None:
    header = b"\x91" * 60_000
    with pytest.raises(ReconstructError, match="header is damaged"):
        decode_live_frame(b"VGLF" + struct.pack("<HHH", VERSION, 1, len(header)) + header)


@given(live_frames)
def test_a_subject_that_cannot_be_is_refused(frame: LiveFrame) -> None:
    message = bytearray(encode_live_frame(frame))
    message[6:8] = b"\0\0"
    with pytest.raises(ReconstructError, match="there is no subject 0"):
        decode_live_frame(bytes(message))


def test_the_message_line_is_one_line() -> None:
    with pytest.raises(ReconstructError) as refusal:
        decode_live_frame(b"\n\r\n\nGET / HTTP/1.1")
    assert "\n" not in str(refusal.value)
