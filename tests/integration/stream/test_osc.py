"""The OSC stream read by python-osc's own server."""

import threading
import time

import pytest
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import ThreadingOSCUDPServer

from reconstruct.angle_names import ANGLE_NAMES
from stream.errors import StreamError
from stream.feed.live_event import LiveEvent
from stream.osc import OscSink


@pytest.fixture
def heard():
    """Messages by address, as a server of python-osc hears them, and its port."""
    messages: dict[str, list[tuple]] = {}
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda address, *values: messages.setdefault(address, []).append(values))
    server = ThreadingOSCUDPServer(("127.0.0.1", 0), dispatcher)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield messages, server.server_address[1]
    server.shutdown()
    server.server_close()


def wait_for(condition) -> None:
    deadline = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.005)


def test_every_angle_and_point_arrives_at_its_address(heard, make_frame):
    messages, port = heard
    sink = OscSink("127.0.0.1", port)
    sink.send_frame(make_frame(41), lost=2)
    wait_for(lambda: "/valgus/point/RHeel" in messages)
    assert {f"/valgus/angle/{name}" for name in ANGLE_NAMES} <= set(messages)
    value, error, code = messages["/valgus/angle/hip_rotation_r"][0]
    assert (value, error, code) == (pytest.approx(2.0), pytest.approx(1.5), 2)
    missing, _, _ = messages["/valgus/angle/ankle_inversion_l"][0]
    assert missing != missing
    assert messages["/valgus/point/LHip"][0] == pytest.approx((11.0, 1.1, 0.11, 0.005))
    sequence, captured_s, latency_ms, lost = messages["/valgus/frame"][0]
    assert (sequence, lost) == (41, 2)
    assert captured_s == pytest.approx(time.time(), abs=10.0)
    assert 0.0 <= latency_ms < 1000.0
    sink.close()


def test_bundles_carry_the_capture_time_and_fit_into_a_packet(make_frame):
    from pythonosc.osc_bundle import OscBundle

    from stream.osc import FRAME
    from stream.osc_encoding import BundleLayout, MessageShape

    shapes = [MessageShape.of(f"/valgus/angle/{name}", "ffi") for name in ANGLE_NAMES]
    head = FRAME.message(5, 1.7e9, 3.5, 0)
    datagrams = BundleLayout(FRAME, shapes).bundles(1.7e9 + 0.25, head, [(1.0, 2.0, 1)] * len(shapes))
    assert len(datagrams) > 1
    assert max(map(len, datagrams)) <= 1400
    for datagram in datagrams:
        bundle = OscBundle(datagram)
        assert bundle.timestamp == pytest.approx(1.7e9 + 0.25, abs=1e-6)
        assert bundle.content(0).address == "/valgus/frame"
        assert bundle.content(0).params[0] == 5
    inside = [message.address for datagram in datagrams for message in list(OscBundle(datagram))[1:]]
    assert inside == [f"/valgus/angle/{name}" for name in ANGLE_NAMES]


def test_events_arrive(heard, make_frame):
    messages, port = heard
    sink = OscSink("127.0.0.1", port)
    sink.send_event(LiveEvent(time.monotonic_ns(), "mark", "left knee now"))
    wait_for(lambda: "/valgus/event/mark" in messages)
    text, happened_s = messages["/valgus/event/mark"][0]
    assert text == "left knee now"
    assert happened_s == pytest.approx(time.time(), abs=10.0)
    sink.close()


def test_nobody_listening_costs_nothing(make_frame):
    sink = OscSink("127.0.0.1", 9)
    for sequence in range(200):
        sink.send_frame(make_frame(sequence), lost=0)
    assert sink.refused <= 1000
    sink.close()


def test_an_unknown_receiver_is_named():
    with pytest.raises(StreamError, match=r"'no-such-host\.invalid' is unknown"):
        OscSink("no-such-host.invalid", 9000)
