"""Five streams at once behind one hub: latency at the receivers, CPU, what dead receivers cost the hub.

    .venv/bin/python benchmarks/stream/five_streams.py [--seconds 20] [--rounds 4] [--json FILE]

The hub publishes real live frames at 120 Hz; the streams share a process, every receiver has one of its own.  Absolute
figures need an idle machine: `alone` are the frames of moments in which no other machine of the same host was given
this one's cores, and the row `bare` is what those cores take for the same hops with nothing in them.  The last lines
compare a hub whose receivers run with one of whose receivers one is stopped, each in turn.
"""

import argparse
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psutil
from bare_chain import BareChain
from numpy.typing import NDArray
from receivers import RECEIVERS, Arrival, measure
from stolen_time import StolenTime

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import JointAngles, LiveFrame, Points3D
from reconstruct.wire import encode_live_frame
from stream.config import LslStream, OscStream, StreamConfig, TcpStream, WebSocketStream, ZmqStream
from stream.process import StreamProcess
from valgus.live.priority import going_first
from valgus.live.publication import Publication

RATE_HZ = 120.0
HOST = "127.0.0.1"
SETTLE_S = 2.0
STOPPED_S = 10.0


def estimate() -> LiveFrame:
    """A frame of HALPE_26."""
    points = keypoint_set("halpe_26")
    return LiveFrame(
        sequence=0,
        points=Points3D(
            time_ns=0,
            keypoint_set=points,
            xyz=np.random.default_rng(0).normal(size=(len(points), 3)),
            covariance=np.tile(np.eye(3) * 1e-5, (len(points), 1, 1)),
            views=np.full(len(points), 4, dtype=np.int8),
            residual_px=np.ones(len(points)),
        ),
        angles=JointAngles(
            0,
            np.zeros(len(ANGLE_NAMES)),
            np.full(len(ANGLE_NAMES), 0.02),
            np.full(len(ANGLE_NAMES), 2, dtype=np.int8),
        ),
        views=4,
        latency_ms=0.0,
        sync_error_ms=0.1,
        dropped=0,
    )


ESTIMATE = estimate()


def frame(sequence: int) -> LiveFrame:
    """The estimate as if captured this moment: what receivers measure begins with its publication."""
    now_ns = time.monotonic_ns()
    points, angles = replace(ESTIMATE.points, time_ns=now_ns), replace(ESTIMATE.angles, time_ns=now_ns)
    return replace(ESTIMATE, sequence=sequence, points=points, angles=angles)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def config(protocol: str, port: int) -> StreamConfig:
    return {
        "zmq": ZmqStream(f"tcp://{HOST}:{port}"),
        "websocket": WebSocketStream(HOST, port),
        "lsl": LslStream(f"bench{port}"),
        "osc": OscStream(HOST, port),
        "tcp": TcpStream(HOST, port),
    }[protocol]


def for_seconds(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def on_the_beat(send: Callable[[], None], done: Callable[[], bool], stolen: StolenTime) -> list[float]:
    """Send until `done`, as the hub's thread does; milliseconds that every time took."""
    costs: list[float] = []
    due = time.monotonic()
    with going_first():
        while not done():
            due += 1.0 / RATE_HZ
            time.sleep(max(0.0, due - time.monotonic()))
            started = time.perf_counter()
            send()
            costs.append(1e3 * (time.perf_counter() - started))
            stolen.look()
    return costs


class Bench:
    """A hub that publishes on the beat, its streams, and receivers that come and go."""

    def __init__(self, hub: Publication, stolen: StolenTime, protocols: Sequence[str] = tuple(RECEIVERS)) -> None:
        self._hub, self._stolen, self._sequence = hub, stolen, 0
        self.ports = {protocol: free_port() for protocol in protocols}
        configs = [config(protocol, port) for protocol, port in self.ports.items()]
        self.streams = StreamProcess(configs, hub.direct_line())
        # LSL announces its streams with the first frame.
        self.publish(for_seconds(SETTLE_S))

    def publish(self, done: Callable[[], bool]) -> list[float]:
        """Publish until `done`; milliseconds that every encode and send took."""
        return on_the_beat(self._send, done, self._stolen)

    def _send(self) -> None:
        self._hub.send(encode_live_frame(frame(self._sequence)))
        self._sequence += 1

    def cpu_s(self) -> float:
        """Seconds of processor time that the streams have taken so far."""
        return sum(psutil.Process(self.streams.pid).cpu_times()[:2])

    def start_receivers(self, *protocols: str) -> "Receivers":
        """Receivers of these protocols, of all if none is named."""
        receivers = Receivers({protocol: self.ports[protocol] for protocol in protocols or self.ports})
        for ready in receivers.results.values():
            self.publish(ready.poll)
            ready.recv()
        self.publish(for_seconds(SETTLE_S))
        return receivers


class Receivers:
    """One process per protocol."""

    def __init__(self, ports: dict[str, int]) -> None:
        context = get_context("spawn")
        self._stopping = context.Event()
        self.results, self._processes = {}, {}
        for protocol, port in ports.items():
            self.results[protocol], theirs = context.Pipe()
            process = context.Process(target=measure, args=(protocol, HOST, port, self._stopping, theirs), daemon=True)
            process.start()
            self._processes[protocol] = process

    def send_signal(self, protocol: str, number: int) -> None:
        os.kill(self._processes[protocol].pid, number)

    def finish(self, bench: Bench) -> dict[str, list[Arrival]]:
        """All arrivals by protocol."""
        self._stopping.set()
        bench.publish(for_seconds(0.5))
        arrivals = {protocol: result.recv() for protocol, result in self.results.items()}
        for process in self._processes.values():
            process.join(5.0)
        return arrivals


def latencies_and_cpu(bench: Bench, seconds: float, stolen: StolenTime) -> tuple[dict[str, dict[str, float]], float]:
    """Figures of every stream, and the CPU percent of one core that all take together."""
    receivers = bench.start_receivers()
    before, began_s = bench.cpu_s(), time.monotonic()
    sent = len(bench.publish(for_seconds(seconds)))
    after, ended_s = bench.cpu_s(), time.monotonic()
    bench.publish(for_seconds(SETTLE_S))
    arrivals = receivers.finish(bench)
    rows: dict[str, dict[str, float]] = {}
    for protocol, status in zip(bench.ports, bench.streams.statuses, strict=True):
        mine = [arrival for arrival in arrivals[protocol] if began_s <= arrival.published_s < ended_s]
        counts = {"received": len(mine), "sent": sent, "lost": status.lost, "refused": status.refused}
        rows[protocol] = latencies(mine, stolen) | counts
    return rows, round(100.0 * (after - before) / seconds, 1)


def cpu_percent_by_itself(protocol: str, seconds: float, stolen: StolenTime) -> float:
    """Percent of one core that a stream takes in a process of its own."""
    with closing(Publication(f"tcp://{HOST}:0")) as hub:
        bench = Bench(hub, stolen, (protocol,))
        _, percent = latencies_and_cpu(bench, seconds, stolen)
        bench.streams.stop()
    return percent


def latencies_one_by_one(bench: Bench, seconds: float, stolen: StolenTime) -> dict[str, dict[str, float]]:
    """Figures of every stream while it alone has a receiver: those wake each other's cores no more."""
    rows: dict[str, dict[str, float]] = {}
    for protocol in bench.ports:
        receivers = bench.start_receivers(protocol)
        bench.publish(for_seconds(seconds))
        rows[protocol] = latencies(receivers.finish(bench)[protocol][-int(seconds * RATE_HZ) :], stolen)
    return rows


def latencies(arrivals: list[Arrival], stolen: StolenTime) -> dict[str, float]:
    """Quantiles of all arrivals, ms, and of the share of them that the machine had to itself."""
    published_s, received_s = np.array(arrivals).T
    latency_ms, alone = 1e3 * (received_s - published_s), stolen.left_alone(published_s)
    found = {"p99": float(np.quantile(latency_ms[alone], 0.99)), "share": float(alone.mean())} if alone.any() else {}
    return quantiles(latency_ms) | {f"alone {name}": round(value, 3) for name, value in found.items()}


def hub_costs(bench: Bench, rounds: int) -> dict[str, dict[str, float]]:
    """Cost of publishing with all receivers running, and with each of them in turn stopped for 10 s, rounds pooled."""
    receivers = bench.start_receivers()
    running: list[float] = []
    stopped: list[float] = []
    for _ in range(rounds):
        for protocol in bench.ports:
            running += bench.publish(for_seconds(STOPPED_S))
            receivers.send_signal(protocol, signal.SIGSTOP)
            stopped += bench.publish(for_seconds(STOPPED_S))
            receivers.send_signal(protocol, signal.SIGCONT)
            bench.publish(for_seconds(SETTLE_S))
    receivers.finish(bench)
    return {"running": quantiles(running), "one stopped": quantiles(stopped)}


def quantiles(values: Sequence[float] | NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(np.quantile(values, q)), 3) for name, q in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}


def bare_row(seconds: float, stolen: StolenTime) -> dict[str, float]:
    """All receivers of a bare chain together."""
    chain = BareChain(len(RECEIVERS), len(encode_live_frame(frame(0))))
    on_the_beat(lambda: chain.send(time.monotonic_ns()), for_seconds(seconds), stolen)
    return latencies(chain.finish(), stolen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    stolen = StolenTime()
    streams = {"bare": bare_row(arguments.seconds, stolen)}
    with closing(Publication(f"tcp://{HOST}:0")) as hub:
        bench = Bench(hub, stolen)
        rows, cpu_percent = latencies_and_cpu(bench, arguments.seconds, stolen)
        one_by_one = latencies_one_by_one(bench, arguments.seconds, stolen)
        hub_ms = hub_costs(bench, arguments.rounds) if arguments.rounds else {}
        bench.streams.stop()
    by_itself = {protocol: cpu_percent_by_itself(protocol, arguments.seconds, stolen) for protocol in RECEIVERS}
    streams |= rows
    print(f"latency from publication to reception, ms, {RATE_HZ:g} Hz, {len(rows)} streams at once")
    for protocol, row in streams.items():
        print(f"{protocol:10}" + "  ".join(f"{name} {value:g}" for name, value in row.items()))
    print("all streams on, receivers one at a time")
    for protocol, row in one_by_one.items():
        print(f"{protocol:10}" + "  ".join(f"{name} {value:g}" for name, value in row.items()))
    print(f"CPU of all streams in one process: {cpu_percent} % of a core")
    print("in a process each: " + ", ".join(f"{protocol} {percent} %" for protocol, percent in by_itself.items()))
    for name, row in hub_ms.items():
        print(
            f"hub, ms per encode and send, receivers {name}: " + "  ".join(f"{q} {value:g}" for q, value in row.items())
        )
    if arguments.json:
        found = {
            "streams": streams,
            "one_by_one": one_by_one,
            "cpu_percent": cpu_percent,
            "cpu_percent_by_itself": by_itself,
            "hub_ms": hub_ms,
        }
        arguments.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
