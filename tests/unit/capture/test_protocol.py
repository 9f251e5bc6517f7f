"""docs/protocol.md, byte by byte, without our encoder: what a node in another language would do."""

import struct

import numpy as np
import pytest
import zmq

from capture.clock_service import ClockService
from capture.intake import Intake
from capture.messages import CameraStatus, ClockStatus, Heartbeat, KeypointsMessage, StreamEnd, TagsMessage
from capture.types import Keypoints2D
from capture.wire import decode, encode

ANYWHERE = "tcp://127.0.0.1:0"
NIL = b"\xc0"


def text(value: str) -> bytes:
    return bytes([0xA0 | len(value)]) + value.encode()


def integer(value: int) -> bytes:
    return b"\xd3" + struct.pack(">q", value)


def real(value: float) -> bytes:
    return b"\xcb" + struct.pack(">d", value)


def array(*items: bytes) -> bytes:
    return bytes([0x90 | len(items)]) + b"".join(items)


def message(kind: bytes, header: bytes) -> bytes:
    return kind + b"\x01\x00" + struct.pack("<H", len(header)) + header


def keypoints_bytes(people: int) -> bytes:
    header = array(
        text("left"), text("cam01"), integer(7), integer(9), integer(123), integer(5), text("coco_17"),
        integer(640), integer(480), integer(people),
    )  # fmt: skip
    start = message(b"VGKP", header)
    start += bytes(-len(start) % 8)
    uv = b"".join(struct.pack("<ff", 10 * i + 0.5, 20 * i) for i in range(17))
    return start + uv * people + struct.pack("<f", 0.75) * 17 * people


def test_keypoints_written_by_hand_are_understood() -> None:
    received = decode(keypoints_bytes(1))
    assert isinstance(received, KeypointsMessage)
    seen = received.keypoints
    assert (received.node, received.sequence, seen.camera, seen.frame_index) == ("left", 7, "cam01", 9)
    assert (seen.time_ns, seen.time_sd_ns, seen.image_size) == (123, 5, (640, 480))
    np.testing.assert_array_equal(seen.uv[0], [[10 * i + 0.5, 20 * i] for i in range(17)])
    np.testing.assert_array_equal(seen.confidence, np.full((1, 17), 0.75))


def test_tags_written_by_hand_are_understood() -> None:
    header = array(
        text("left"), text("cam01"), integer(7), integer(9), integer(123), integer(5), integer(640), integer(480),
        text("DICT_4X4_50"), array(integer(3), integer(8)),
    )  # fmt: skip
    start = message(b"VGTG", header)
    start += bytes(-len(start) % 8)
    received = decode(start + b"".join(struct.pack("<f", 0.5 * i) for i in range(16)))
    assert isinstance(received, TagsMessage)
    seen = received.tags
    assert (received.sequence, seen.frame_index, seen.time_ns, seen.dictionary, seen.ids) == (
        7, 9, 123, "DICT_4X4_50", (3, 8),
    )  # fmt: skip
    np.testing.assert_array_equal(seen.corners.ravel(), 0.5 * np.arange(16))


def test_nobody_in_view_is_a_message_too() -> None:
    received = decode(keypoints_bytes(0))
    assert isinstance(received, KeypointsMessage)
    assert received.keypoints.uv.shape == (0, 17, 2)


def test_our_bytes_can_be_read_by_hand() -> None:
    uv = np.arange(34, dtype=np.float32).reshape(1, 17, 2)
    confidence = np.linspace(0.1, 1.0, 17, dtype=np.float32)[None]
    sent = encode(KeypointsMessage("n", 1, Keypoints2D("c", 2, 3, 4, "coco_17", (5, 6), uv, confidence)))
    kind, version, length = struct.unpack_from("<4sHH", sent)
    assert (kind, version) == (b"VGKP", 1)
    header = array(
        text("n"), text("c"), *(bytes([i]) for i in (1, 2, 3, 4)), text("coco_17"), b"\x05", b"\x06", b"\x01"
    )
    assert sent[8 : 8 + length] == header
    start = -(-(8 + length) // 8) * 8
    np.testing.assert_array_equal(np.frombuffer(sent, "<f4", offset=start), [*uv.ravel(), *confidence.ravel()])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (message(b"VGSE", array(text("n"), text("c"), integer(5))), StreamEnd("n", "c", 5)),
        (
            message(b"VGHB", array(text("n"), integer(5), NIL, array(), real(1.5), NIL)),
            Heartbeat("n", 5, None, [], 1.5),
        ),
        (
            message(
                b"VGHB",
                array(
                    text("n"),
                    integer(6),
                    array(integer(-3), real(0.5), integer(4), integer(9)),
                    array(
                        array(
                            text("c"),
                            text("running"),
                            real(60),
                            real(30),
                            real(2.5),
                            integer(1),
                            integer(8),
                            integer(2),
                            integer(3),
                            text("disk full"),
                            integer(4),
                        )
                    ),
                ),
            ),
            Heartbeat(
                "n",
                6,
                ClockStatus(-3, 0.5, 4, 9),
                [CameraStatus("c", "running", 60, 30, 2.5, 1, 8, 2, 3, "disk full", 4)],
            ),
        ),
    ],
)
def test_other_messages_written_by_hand_are_understood(content: bytes, expected: Heartbeat | StreamEnd) -> None:
    assert decode(content) == expected


def test_a_node_of_bare_sockets_is_heard() -> None:
    intake = Intake(ANYWHERE, clock=None)
    node: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.XPUB)
    node.connect(intake.address)
    while not node.poll(10):
        intake.receive(0.01)
    assert node.recv() == b"\x01"
    node.send(keypoints_bytes(2))
    received = intake.receive(2.0)
    assert isinstance(received, KeypointsMessage)
    assert received.keypoints.uv.shape == (2, 17, 2)
    node.close(0)
    intake.close()


def test_a_bare_socket_gets_the_time() -> None:
    with ClockService(ANYWHERE) as service:
        node: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        node.connect(service.address)
        node.send(message(b"VGCQ", array(text("n"), integer(77))))
        assert node.poll(2000)
        reply = node.recv()
        node.close(0)
    assert reply[:6] == b"VGCR\x01\x00"
    header = reply[8:]
    assert header[:2] == b"\x94\x4d"
    received_ns, sent_ns, hub_start_ns = (struct.unpack_from(">Q", header, 3 + 9 * i)[0] for i in range(3))
    assert hub_start_ns <= received_ns <= sent_ns
