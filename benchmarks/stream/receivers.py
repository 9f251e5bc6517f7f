"""Receivers that measure: milliseconds from the hub's publication to reception, on the computer's monotonic clock.

Each runs in a process of its own, with the client library that users have, and knows nothing of the sender.
"""

import json
import socket
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event


def measure(protocol: str, address: str, port: int, stopping: Event, results: Connection) -> None:
    """Receive until `stopping`, then send the list of latencies, ms; "ready" first, once connected."""
    arrivals = RECEIVERS[protocol](address, port, stopping)
    next(arrivals)
    results.send("ready")
    results.send([1e3 * (time.monotonic() - published_s) for published_s in arrivals])


def _zmq(address: str, port: int, stopping: Event) -> Iterator[float]:
    import zmq

    subscriber = zmq.Context.instance().socket(zmq.SUB)
    subscriber.connect(f"tcp://{address}:{port}")
    subscriber.subscribe(b"")
    yield 0.0
    while not stopping.is_set():
        if subscriber.poll(100):
            yield json.loads(subscriber.recv())["time_ns"] * 1e-9


def _websocket(address: str, port: int, stopping: Event) -> Iterator[float]:
    from websockets.sync.client import connect

    with connect(f"ws://{address}:{port}", compression=None) as stream:
        yield 0.0
        while not stopping.is_set():
            try:
                yield json.loads(stream.recv(timeout=0.1))["time_ns"] * 1e-9
            except TimeoutError:
                continue


def _lsl(address: str, port: int, stopping: Event) -> Iterator[float]:
    import pylsl

    found = pylsl.resolve_byprop("name", f"bench{port} angles", timeout=10.0)
    inlet = pylsl.StreamInlet(found[0], max_buflen=10)
    inlet.open_stream(timeout=10.0)
    lsl_minus_hub_s = pylsl.local_clock() - time.monotonic()
    yield 0.0
    while not stopping.is_set():
        sample, stamp = inlet.pull_sample(timeout=0.1)
        if sample is not None:
            yield stamp - lsl_minus_hub_s


def _osc(address: str, port: int, stopping: Event) -> Iterator[float]:
    """OSC tells the capture by the wall clock."""
    from pythonosc.osc_bundle import OscBundle

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((address, port))
        receiver.settimeout(0.1)
        yield 0.0
        last = -1
        while not stopping.is_set():
            try:
                head = OscBundle(receiver.recv(4096)).content(0).params
            except TimeoutError:
                continue
            if head[0] != last:
                last = head[0]
                yield head[1] - time.time() + time.monotonic()


def _tcp(address: str, port: int, stopping: Event) -> Iterator[float]:
    """Lines tell the capture by the wall clock."""
    with socket.create_connection((address, port)) as connection, connection.makefile("r") as lines:
        lines.readline()
        yield 0.0
        while not stopping.is_set():
            line = lines.readline()
            if not line:
                return
            yield float(line.split(",")[1]) - time.time() + time.monotonic()


RECEIVERS: dict[str, Callable[[str, int, Event], Iterator[float]]] = {
    "lsl": _lsl,
    "zmq": _zmq,
    "websocket": _websocket,
    "tcp": _tcp,
    "osc": _osc,
}
