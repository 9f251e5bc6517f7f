"""The WebSocket stream read by the websockets client, which knows nothing of the sender."""

import json
import time

import pytest
from websockets.exceptions import ConnectionClosedOK, InvalidStatus
from websockets.frames import CloseCode
from websockets.sync.client import connect
from websockets.typing import Origin

from reconstruct.angle_names import ANGLE_NAMES
from stream.errors import StreamError
from stream.feed.live_event import LiveEvent
from stream.websocket import WebSocketSink

TOKEN = "sixteen letters!!"


@pytest.fixture
def sink():
    sink = WebSocketSink("127.0.0.1", 0)
    yield sink
    sink.close()


def test_a_frame_is_one_json_text(sink, make_frame):
    with connect(f"ws://127.0.0.1:{sink.port}") as client:
        sink.send_frame(make_frame(12), lost=1)
        text = client.recv(timeout=10.0)
    assert isinstance(text, str)
    frame = json.loads(text)
    assert (frame["type"], frame["version"], frame["sequence"], frame["stream_dropped"]) == ("frame", 1, 12, 1)
    assert list(frame["angles"]) == list(ANGLE_NAMES)
    assert frame["angles"]["hip_rotation_r"] == {
        "deg": pytest.approx(2.0),
        "se_deg": pytest.approx(1.5),
        "obs": "measured",
    }
    assert frame["angles"]["ankle_inversion_l"]["deg"] is None
    assert frame["points"]["LHip"] == {"xyz_m": [11.0, 1.1, 0.11], "se_m": pytest.approx(0.005), "views": 3}
    assert frame["points"]["LEye"]["xyz_m"] is None
    assert frame["unix_time_s"] == pytest.approx(time.time(), abs=10.0)


def test_an_event_is_one_json_text(sink):
    with connect(f"ws://127.0.0.1:{sink.port}") as client:
        sink.send_event(
            LiveEvent(time.monotonic_ns(), "repetition", "3", {"peak_valgus_deg": 8.5, "depth_m": float("nan")})
        )
        event = json.loads(client.recv(timeout=10.0))
    assert (event["type"], event["label"], event["text"]) == ("event", "repetition", "3")
    assert event["metrics"] == {"peak_valgus_deg": 8.5, "depth_m": None}


def test_a_receiver_that_never_reads_loses_frames_and_delays_nobody(sink, make_frame):
    with (
        connect(f"ws://127.0.0.1:{sink.port}", max_queue=1, close_timeout=0.1),
        connect(f"ws://127.0.0.1:{sink.port}") as client,
    ):
        deadline = time.monotonic() + 60.0
        sequence = 0
        while sink.refused == 0:
            sequence += 1
            sink.send_frame(make_frame(sequence), lost=0)
            assert json.loads(client.recv(timeout=10.0))["sequence"] == sequence
            assert time.monotonic() < deadline


def test_pages_of_other_sites_may_not_listen(sink):
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://127.0.0.1:{sink.port}", origin=Origin("https://evil.example"))
    with connect(f"ws://127.0.0.1:{sink.port}", origin=Origin("http://localhost:8000")):
        pass


def test_a_token_is_asked_for():
    sink = WebSocketSink("127.0.0.1", 0, token=TOKEN)
    address = f"ws://127.0.0.1:{sink.port}"
    with pytest.raises(InvalidStatus, match="401"):
        connect(address)
    with pytest.raises(InvalidStatus, match="401"):
        connect(f"{address}/?token=guess")
    with connect(f"{address}/?token={TOKEN.replace(' ', '%20')}"):
        pass
    with connect(address, additional_headers={"Authorization": f"Bearer {TOKEN}"}):
        pass
    sink.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "lab-pc"])
def test_no_open_door_without_a_token(host):
    with pytest.raises(StreamError, match="set a token of at least 16 characters"):
        WebSocketSink(host, 0)


def test_receivers_are_told_when_the_stream_ends():
    sink = WebSocketSink("127.0.0.1", 0)
    with connect(f"ws://127.0.0.1:{sink.port}") as receiver:
        sink.close()
        with pytest.raises(ConnectionClosedOK) as ended:
            receiver.recv(timeout=5.0)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == CloseCode.GOING_AWAY
