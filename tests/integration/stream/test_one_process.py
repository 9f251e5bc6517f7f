"""Streams that share a process: each gets its subject's frames; one that fails takes none of the others with it."""

import socket
import time
from dataclasses import replace

from reconstruct.types import LiveFrame
from reconstruct.wire import encode_live_frame
from stream.feed.live_event import LiveEvent, encode_live_event
from stream.feed.sink import Counters, Outlet, Pump
from stream.plain.udp import UdpSink


class Failing:
    """A stream whose library breaks with the second frame."""

    refused = 0

    def __init__(self) -> None:
        self.frames = self.events = 0

    def send_frame(self, frame: LiveFrame, lost: int) -> None:
        self.frames += 1
        if self.frames == 2:
            raise RuntimeError("the library broke")

    def send_event(self, event: LiveEvent) -> None:
        self.events += 1

    def close(self) -> None:
        pass


def test_a_stream_that_fails_is_told_of_once_and_the_others_go_on(make_frame):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10.0)
        udp, failing, told = UdpSink("127.0.0.1", receiver.getsockname()[1]), Failing(), list[tuple[int, str]]()
        outlets = [Outlet(failing, Counters()), Outlet(udp, Counters())]
        frames = [encode_live_frame(make_frame(sequence)) for sequence in (1, 2, 5)]
        event = encode_live_event(LiveEvent(time.monotonic_ns(), "mark", "here"))
        pump = Pump(outlets, lambda *what: told.append((what[0], str(what[1]))))
        for message in (frames[0], b"rubbish", frames[1], frames[2], event):
            pump.take(message)
        lines = [receiver.recv(4096).decode() for _ in range(5)]
        udp.close()
    assert told == [(0, "the library broke")]
    assert (failing.frames, failing.events) == (2, 0)
    assert [line.split(",")[0] for line in lines[1:4]] == ["1", "2", "5"]
    assert lines[4].startswith("# ")
    status, broken = outlets[1].counters.read(), outlets[0].counters.read()
    assert (status.sent, status.lost, status.rejected) == (3, 2, 1)
    assert broken.sent == 1


def test_every_stream_is_about_one_subject_and_counts_that_one_s_losses(make_frame):
    datagrams = socket.AF_INET, socket.SOCK_DGRAM
    with socket.socket(*datagrams) as first, socket.socket(*datagrams) as second:
        for receiver in (first, second):
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(10.0)
        sinks = [UdpSink("127.0.0.1", receiver.getsockname()[1]) for receiver in (first, second)]
        outlets = [Outlet(sink, Counters(), subject) for subject, sink in enumerate(sinks, 1)]
        sent = [(1, 1), (1, 2), (2, 1), (3, 1), (3, 2), (4, 3)]
        frames = [encode_live_frame(replace(make_frame(sequence), subject=subject)) for sequence, subject in sent]
        pump = Pump(outlets, lambda *_: None)
        for message in frames:
            pump.take(message)
        lines = [[receiver.recv(4096).decode() for _ in range(count)] for receiver, count in ((first, 4), (second, 3))]
        for sink in sinks:
            sink.close()
    assert [[line.split(",")[0] for line in received[1:]] for received in lines] == [["1", "2", "3"], ["1", "3"]]
    assert [outlet.counters.read().lost for outlet in outlets] == [0, 1]
