import struct

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from capture.errors import CaptureError
from capture.keypoint_sets import KEYPOINT_SETS
from capture.messages import (
    CameraStatus,
    ClockReply,
    ClockRequest,
    ClockStatus,
    Heartbeat,
    KeypointsMessage,
    Message,
    StreamEnd,
    TagsMessage,
)
from capture.types import Keypoints2D, Tags2D
from capture.wire import MAX_MESSAGE_BYTES, VERSION, decode, encode

names = st.text(min_size=1, max_size=20)
counts = st.integers(0, 2**40)
times = st.integers(-(2**62), 2**62)
floats = st.floats(0, 1e6)


@st.composite
def keypoints_messages(draw: st.DrawFn) -> KeypointsMessage:
    chosen = draw(st.sampled_from(list(KEYPOINT_SETS.values())))
    shape = (draw(st.integers(0, 3)), len(chosen))
    confidence = draw(arrays.arrays(np.float32, shape, elements=st.floats(0, 1, width=32)))
    uv = draw(arrays.arrays(np.float32, (*shape, 2), elements=st.floats(-1e4, 1e4, width=32)))
    seen = Keypoints2D(
        camera=draw(names),
        frame_index=draw(counts),
        time_ns=draw(times),
        time_sd_ns=draw(counts),
        keypoint_set=chosen.name,
        image_size=(draw(st.integers(1, 8000)), draw(st.integers(1, 8000))),
        uv=np.where(confidence[..., None] > 0, uv, np.float32(np.nan)),
        confidence=confidence,
    )
    return KeypointsMessage(draw(names), draw(counts), seen)


@st.composite
def tags_messages(draw: st.DrawFn) -> TagsMessage:
    ids = tuple(draw(st.lists(counts, max_size=4, unique=True)))
    corners = draw(arrays.arrays(np.float32, (len(ids), 4, 2), elements=st.floats(-1e4, 1e4, width=32)))
    size = (draw(st.integers(1, 8000)), draw(st.integers(1, 8000)))
    tags = Tags2D(draw(names), draw(counts), draw(times), draw(counts), size, draw(names), ids, corners)
    return TagsMessage(draw(names), draw(counts), tags)


statuses = st.builds(
    CameraStatus,
    names,
    st.sampled_from(["starting", "running", "lost", "ended"]),
    floats,
    floats,
    floats,
    counts,
    counts,
    counts,
    counts,
    st.text(max_size=20),
    counts,
)
clock_statuses = st.builds(ClockStatus, times, st.floats(-1e3, 1e3), counts, counts)
plain_messages = st.one_of(
    st.builds(
        Heartbeat, names, counts, st.none() | clock_statuses, st.lists(statuses, max_size=4), floats, st.none() | floats
    ),
    st.builds(StreamEnd, names, names, counts),
    st.builds(ClockRequest, names, times),
    st.builds(ClockReply, times, times, times, times),
)


@given(keypoints_messages())
def test_keypoints_survive_the_wire_exactly(message: KeypointsMessage) -> None:
    back = decode(encode(message))
    assert isinstance(back, KeypointsMessage)
    assert (back.node, back.sequence) == (message.node, message.sequence)
    for field in ("camera", "frame_index", "time_ns", "time_sd_ns", "keypoint_set", "image_size"):
        assert getattr(back.keypoints, field) == getattr(message.keypoints, field)
    np.testing.assert_array_equal(back.keypoints.uv, message.keypoints.uv)
    np.testing.assert_array_equal(back.keypoints.confidence, message.keypoints.confidence)
    assert back.keypoints.uv.dtype == np.float32


@given(tags_messages())
def test_tags_survive_the_wire_exactly(message: TagsMessage) -> None:
    back = decode(encode(message))
    assert isinstance(back, TagsMessage)
    assert (back.node, back.sequence) == (message.node, message.sequence)
    for field in ("camera", "frame_index", "time_ns", "time_sd_ns", "dictionary", "image_size", "ids"):
        assert getattr(back.tags, field) == getattr(message.tags, field)
    np.testing.assert_array_equal(back.tags.corners, message.tags.corners)


@given(plain_messages)
def test_other_messages_survive_the_wire(message: Message) -> None:
    assert decode(encode(message)) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_capture_error(content: bytes) -> None:
    with pytest.raises(CaptureError):
        decode(content)


@given(
    st.sampled_from([b"VGKP", b"VGTG", b"VGHB", b"VGSE", b"VGCQ", b"VGCR"]),
    st.binary(max_size=120),
    st.binary(max_size=80),
)
def test_any_header_and_body_of_a_known_kind_never_crash(kind: bytes, header: bytes, rest: bytes) -> None:
    content = struct.pack("<4sHH", kind, VERSION, len(header)) + header + rest
    try:
        message = decode(content)
    except CaptureError:
        return
    assert isinstance(message, Message)


@given(st.one_of(keypoints_messages(), tags_messages(), plain_messages), st.data())
def test_flipped_cut_and_lengthened_messages_never_crash(message: Message, data: st.DataObject) -> None:
    content = bytearray(encode(message))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(content)))
    damaged = bytes(content[:cut]) + data.draw(st.binary(max_size=9))
    try:
        back = decode(damaged)
    except CaptureError:
        return
    assert isinstance(back, Message)
    if isinstance(back, KeypointsMessage):
        assert np.isfinite(back.keypoints.uv[back.keypoints.confidence > 0]).all()


@given(st.one_of(keypoints_messages(), tags_messages(), plain_messages), st.integers(0, 0xFFFF))
def test_other_versions_are_refused_by_number(message: Message, version: int) -> None:
    assume(version != VERSION)
    content = bytearray(encode(message))
    content[4:6] = struct.pack("<H", version)
    with pytest.raises(CaptureError, match=f"has version {version}, this program speaks {VERSION}"):
        decode(bytes(content))


def test_oversize_messages_are_refused() -> None:
    content = encode(StreamEnd("n", "c", 1)) + bytes(MAX_MESSAGE_BYTES)
    with pytest.raises(CaptureError, match="do not fit"):
        decode(content)


@pytest.mark.parametrize(
    ("uv", "confidence", "message"),
    [
        (np.nan, 0.5, "not finite"),
        (np.inf, 1.0, "not finite"),
        (1.0, 1.5, "between 0 and 1"),
        (1.0, np.nan, "between 0"),
    ],
)
def test_impossible_values_are_refused(uv: float, confidence: float, message: str) -> None:
    seen = Keypoints2D(
        "a", 0, 0, 0, "coco_17", (1, 1), np.full((1, 17, 2), uv, np.float32), np.full((1, 17), confidence, np.float32)
    )
    with pytest.raises(CaptureError, match=message):
        decode(encode(KeypointsMessage("n", 0, seen)))


def test_a_header_of_another_shape_is_refused() -> None:
    header = msgspec.msgpack.encode(["node", "camera"])
    with pytest.raises(CaptureError, match="the header of VGSE is damaged"):
        decode(struct.pack("<4sHH", b"VGSE", VERSION, len(header)) + header)
