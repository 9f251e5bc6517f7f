"""Streams as processes behind a real hub socket."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import msgspec
import psutil
import pytest
import zmq

from capture.direct_line import DirectLine
from capture.transport import Broadcast
from reconstruct.wire import encode_live_frame
from stream.config import OscStream, StreamConfig, TcpStream, WebSocketStream, ZmqStream
from stream.errors import StreamError
from stream.feed.live_event import LiveEvent, encode_live_event
from stream.process import StreamProcess

RATE_HZ = 120.0


@pytest.fixture
def hub() -> Iterator[Broadcast]:
    with Broadcast("tcp://127.0.0.1:0") as broadcast:
        yield broadcast


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def open_stream(hub):
    """Opens streams behind the hub, and ends them after the test."""
    streams: list[StreamProcess] = []

    def start(config: StreamConfig) -> StreamProcess:
        streams.append(StreamProcess([config], hub.address))
        return streams[-1]

    yield start
    for stream in streams:
        stream.stop()


def publish_until(hub: Broadcast | DirectLine, make_frame, done, first: int = 0, seconds: float = 20.0) -> int:
    """Publish at the live rate until `done()`; the number of the next frame."""
    deadline = time.monotonic() + seconds
    sequence = first
    while not done():
        assert time.monotonic() < deadline, "nothing arrived"
        hub.send(encode_live_frame(make_frame(sequence)))
        sequence += 1
        time.sleep(1.0 / RATE_HZ)
    return sequence


def slowest_send_s(hub: Broadcast | DirectLine, make_frame, sequences: range) -> float:
    """The longest that the hub was kept by one of so many frames in a row."""
    slowest_s = 0.0
    for sequence in sequences:
        message = encode_live_frame(make_frame(sequence))
        started = time.perf_counter()
        hub.send(message)
        slowest_s = max(slowest_s, time.perf_counter() - started)
    return slowest_s


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
def test_zeromq_subscribers_get_every_frame_as_one_object(hub, open_stream, make_frame, encoding):
    stream = open_stream(ZmqStream(f"tcp://127.0.0.1:{free_port()}", encoding))
    context = zmq.Context.instance()
    with context.socket(zmq.SUB) as subscriber:
        subscriber.connect(stream.configs[0].address)
        subscriber.subscribe(b"")
        publish_until(hub, make_frame, lambda: subscriber.poll(0))
        frame = (json.loads if encoding == "json" else msgspec.msgpack.decode)(subscriber.recv())
        assert (frame["type"], frame["version"], frame["stream_dropped"]) == ("frame", 1, 0)
        assert frame["angles"]["knee_flexion_r"]["deg"] == pytest.approx(3.0)
        assert 0.0 < frame["latency_ms"] < 5000.0
        while subscriber.poll(200):
            subscriber.recv()
        hub.send(encode_live_event(LiveEvent(time.monotonic_ns(), "mark", "here")))
        assert subscriber.poll(5000)
        event = (json.loads if encoding == "json" else msgspec.msgpack.decode)(subscriber.recv())
        assert (event["type"], event["label"], event["text"]) == ("event", "mark", "here")


def test_a_stopped_stream_loses_frames_counts_them_and_delays_nobody(hub, open_stream, make_frame):
    stream = open_stream(OscStream("127.0.0.1", free_port()))
    sent = publish_until(hub, make_frame, lambda: stream.statuses[0].sent > 10)
    os.kill(stream.pid, signal.SIGSTOP)
    slowest_s = slowest_send_s(hub, make_frame, range(sent, sent + 3000))
    os.kill(stream.pid, signal.SIGCONT)
    publish_until(hub, make_frame, lambda: stream.statuses[0].lost > 0, first=sent + 3000)
    assert slowest_s < 1.0
    assert 0 < stream.statuses[0].lost < 3000
    assert stream.alive


def test_a_direct_line_brings_every_frame_and_counts_those_that_a_stopped_stream_loses(make_frame):
    line = DirectLine()
    stream = StreamProcess([OscStream("127.0.0.1", free_port())], line.end)
    try:
        sent = publish_until(line, make_frame, lambda: stream.statuses[0].sent > 50)
        assert stream.statuses[0].lost == 0
        os.kill(stream.pid, signal.SIGSTOP)
        slowest_s = slowest_send_s(line, make_frame, range(sent, sent + 1000))
        os.kill(stream.pid, signal.SIGCONT)
        publish_until(line, make_frame, lambda: stream.statuses[0].lost > 0, first=sent + 1000)
        assert slowest_s < 0.1
        assert 0 < stream.statuses[0].lost < 1000
    finally:
        stream.stop()
    line.send(encode_live_frame(make_frame(0)))


def test_rubbish_on_the_hub_s_socket_is_counted_and_survived(hub, open_stream, make_frame):
    stream = open_stream(OscStream("127.0.0.1", free_port()))
    publish_until(hub, make_frame, lambda: stream.statuses[0].sent > 0)
    for rubbish in (b"", b"VGLF", b"VGEV\xff\xff", b"\x00" * 5000):
        hub.send(rubbish)
    publish_until(hub, make_frame, lambda: stream.statuses[0].rejected == 4)
    assert stream.alive


def test_a_hub_that_starts_anew_is_no_loss(hub, open_stream, make_frame):
    stream = open_stream(OscStream("127.0.0.1", free_port()))
    publish_until(hub, make_frame, lambda: stream.statuses[0].sent > 0, first=5000)
    before = stream.statuses[0].sent
    publish_until(hub, make_frame, lambda: stream.statuses[0].sent > before + 5)
    assert stream.statuses[0].lost == 0


def test_a_stream_that_cannot_open_says_why(hub):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(StreamError, match=r"cannot start: .* choose another address or port"):
            StreamProcess([TcpStream("127.0.0.1", taken.getsockname()[1])], hub.address)
    with pytest.raises(StreamError, match="set a token"):
        StreamProcess([WebSocketStream("0.0.0.0", 0)], hub.address)


PARENT = """
import sys, time
from stream.config import OscStream
from stream.process import StreamProcess
stream = StreamProcess([OscStream("127.0.0.1", 9)], sys.argv[1])
print(stream.pid, flush=True)
time.sleep(60.0)
"""


def test_a_stream_ends_with_its_parent(hub):
    """A parent that is killed leaves no stream behind."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, hub.address], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10.0
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)
