"""Receivers that measure the time from the hub's publication to reception, on the computer's monotonic clock.

Each runs in a process of its own, with the client library that users have, and knows nothing of the sender.  A message
is received when that library hands it over, before anybody looks into it.
"""

import json
import socket
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import NamedTuple


class Arrival(NamedTuple):
    """A frame's way: moments of the hub's clock, seconds."""

    published_s: float
    received_s: float


def measure(protocol: str, address: str, port: int, stopping: Event, results: Connection) -> None:
    """Receive until `stopping`, then send all arrivals; "ready" first, once connected."""
    arrivals = RECEIVERS[protocol](address, port, stopping)
    next(arrivals)
    results.send("ready")
    results.send(list(arrivals))


def _zmq(address: str, port: int, stopping: Event) -> Iterator[Arrival]:
    import zmq

    subscriber = zmq.Context.instance().socket(zmq.SUB)
    subscriber.connect(f"tcp://{address}:{port}")
    subscriber.subscribe(b"")
    yield Arrival(0.0, 0.0)
    while not stopping.is_set():
        if subscriber.poll(100):
            message, received_s = subscriber.recv(), time.monotonic()
            yield Arrival(json.loads(message)["time_ns"] * 1e-9, received_s)


def _websocket(address: str, port: int, stopping: Event) -> Iterator[Arrival]:
    from websockets.sync.client import connect

    with connect(f"ws://{address}:{port}", compression=None) as stream:
        yield Arrival(0.0, 0.0)
        while not stopping.is_set():
            try:
                message, received_s = stream.recv(timeout=0.1), time.monotonic()
            except TimeoutError:
                continue
            yield Arrival(json.loads(message)["time_ns"] * 1e-9, received_s)


def _lsl(address: str, port: int, stopping: Event) -> Iterator[Arrival]:
    import pylsl

    found = pylsl.resolve_byprop("name", f"bench{port} angles", timeout=10.0)
    inlet = pylsl.StreamInlet(found[0], max_buflen=10)
    inlet.open_stream(timeout=10.0)
    lsl_minus_hub_s = pylsl.local_clock() - time.monotonic()
    yield Arrival(0.0, 0.0)
    while not stopping.is_set():
        (sample, stamp), received_s = inlet.pull_sample(timeout=0.1), time.monotonic()
        if sample is not None:
            yield Arrival(stamp - lsl_minus_hub_s, received_s)


def _osc(address: str, port: int, stopping: Event) -> Iterator[Arrival]:
    """OSC tells the capture by the wall clock."""
    from pythonosc.osc_bundle import OscBundle

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((address, port))
        receiver.settimeout(0.1)
        yield Arrival(0.0, 0.0)
        last = -1
        while not stopping.is_set():
            try:
                message, received_s = receiver.recv(4096), time.monotonic()
            except TimeoutError:
                continue
            head = OscBundle(message).content(0).params
            if head[0] != last:
                last = head[0]
                yield Arrival(head[1] - time.time() + time.monotonic(), received_s)


def _tcp(address: str, port: int, stopping: Event) -> Iterator[Arrival]:
    """Lines tell the capture by the wall clock."""
    with socket.create_connection((address, port)) as connection, connection.makefile("r") as lines:
        lines.readline()
        yield Arrival(0.0, 0.0)
        while not stopping.is_set():
            line, received_s = lines.readline(), time.monotonic()
            if not line:
                return
            yield Arrival(float(line.split(",")[1]) - time.time() + time.monotonic(), received_s)


RECEIVERS: dict[str, Callable[[str, int, Event], Iterator[Arrival]]] = {
    "lsl": _lsl,
    "zmq": _zmq,
    "websocket": _websocket,
    "tcp": _tcp,
    "osc": _osc,
}
