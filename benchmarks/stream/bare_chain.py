"""What this machine takes for the same number of hops with nothing in them: the bound that the streams are held to.

Messages of the same size go at the same rate from a publisher through as many relays to as many receivers, every one
of them a process that does nothing but ZeroMQ.  No stream that is a process of its own can be faster.
"""

import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

import zmq

HOST = "tcp://127.0.0.1"


def bare_chain_ms(hops: int, message_bytes: int, rate_hz: float, seconds: float) -> list[list[float]]:
    """Milliseconds from publication to reception, one list per receiver."""
    context = get_context("spawn")
    stopping = context.Event()
    with zmq.Context.instance().socket(zmq.PUB) as publisher:
        port = publisher.bind_to_random_port(HOST)
        ends: list[Connection] = []
        for _ in range(hops):
            relay_end, theirs = context.Pipe()
            context.Process(target=_relay, args=(port, stopping, theirs), daemon=True).start()
            receiver_end, theirs = context.Pipe()
            context.Process(target=_receive, args=(relay_end.recv(), stopping, theirs), daemon=True).start()
            receiver_end.recv()
            ends.append(receiver_end)
        _publish(publisher, message_bytes, rate_hz, 1.0)
        _publish(publisher, message_bytes, rate_hz, seconds)
        stopping.set()
        _publish(publisher, message_bytes, rate_hz, 0.3)
        last = int(seconds * rate_hz)
        return [end.recv()[-last:] for end in ends]


def _publish(publisher: "zmq.Socket[bytes]", message_bytes: int, rate_hz: float, seconds: float) -> None:
    due = time.monotonic()
    end = due + seconds
    while due < end:
        due += 1.0 / rate_hz
        time.sleep(max(0.0, due - time.monotonic()))
        publisher.send(time.monotonic_ns().to_bytes(8, "little") + bytes(message_bytes - 8))


def _relay(port: int, stopping: Event, opened: Connection) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
    source, sink = context.socket(zmq.SUB), context.socket(zmq.PUB)
    source.connect(f"{HOST}:{port}")
    source.subscribe(b"")
    opened.send(sink.bind_to_random_port(HOST))
    while not stopping.is_set():
        sink.send(source.recv())


def _receive(port: int, stopping: Event, results: Connection) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
    source = context.socket(zmq.SUB)
    source.connect(f"{HOST}:{port}")
    source.subscribe(b"")
    results.send("ready")
    latencies: list[float] = []
    while not stopping.is_set():
        sent_ns = int.from_bytes(source.recv()[:8], "little")
        latencies.append(1e-6 * (time.monotonic_ns() - sent_ns))
    results.send(latencies)
