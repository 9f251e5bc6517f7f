"""Many nodes at a high rate for a long time: nothing may be lost, and memory must stay flat.

    python benchmarks/capture/soak.py [--nodes 8] [--fps 120] [--minutes 15] [--json FILE]

Every node is a process with one camera; all run on this machine, so their work counts too.  The hub's end receives,
decodes and groups; latency runs from a frame's exposure to its arrival there.  The run takes the minutes and ten
seconds; nothing is printed before its end.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import psutil

from capture.clock_service import ClockService
from capture.intake import Intake
from capture.messages import KeypointsMessage, StreamEnd
from capture.synchronizer import LIVE_WAIT_INTERVALS, Synchronizer

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tests/integration/capture/node_script.py"
ANYWHERE = "tcp://127.0.0.1:0"
_START_S = 5.0
_MEMORY_EVERY_S = 1.0
_FLAT = 0.02


@dataclass(frozen=True)
class SoakReport:
    """What became of all frames.

    Attributes
    ----------
    frames, left_out : exposed; not sent because the node had no time for them, as it says itself
    lost, late, refused : sent and not received; too late for their set; refused by the hub
    sets, full_share : sets of views, and the share of those in which no camera is missing
    latency_ms_p50, latency_ms_p99, latency_ms_max : exposure to arrival
    memory_growth : of the receiving process, from the first fifth of the run to its end, as a share
    load_before, load_after : of the machine, one-minute averages: above the number of its cores others worked too
    """

    frames: int
    left_out: int
    lost: int
    late: int
    refused: int
    sets: int
    full_share: float
    latency_ms_p50: float
    latency_ms_p99: float
    latency_ms_max: float
    memory_growth: float
    load_before: float
    load_after: float

    @property
    def verdict(self) -> str:
        """Whether the targets are met."""
        nothing_lost = (self.lost, self.refused) == (0, 0)
        flat = abs(self.memory_growth) <= _FLAT
        return f"none lost: {'yes' if nothing_lost else 'NO'}; memory flat to 2 %: {'yes' if flat else 'NO'}"


@dataclass
class _Hub:
    intake: Intake
    synchronizer: Synchronizer
    frames_per_node: int
    start_ns: int
    fps: float
    latency_ms: np.ndarray
    received: int = 0
    ended: int = 0
    sent: int = 0
    sets: int = 0
    full: int = 0
    memory: list[float] = field(default_factory=list[float])

    def run(self, nodes: int, deadline_s: float) -> None:
        process, looked_s = psutil.Process(), 0.0
        while self.ended < nodes and time.monotonic() < deadline_s:
            message = self.intake.receive(0.05)
            if isinstance(message, KeypointsMessage):
                self._take(message)
            elif isinstance(message, StreamEnd):
                self.ended += 1
                self.sent += message.messages
            if time.monotonic() - looked_s > _MEMORY_EVERY_S:
                looked_s = time.monotonic()
                self.memory.append(float(process.memory_info().rss))

    def _take(self, message: KeypointsMessage) -> None:
        view = message.keypoints
        exposed_ns = self.start_ns + round(view.frame_index / self.fps * 1e9)
        self.latency_ms[self.received] = (time.monotonic_ns() - exposed_ns) / 1e6
        self.received += 1
        for frames in self.synchronizer.add(view):
            self.sets += 1
            self.full += all(seen is not None for seen in frames.views)


def soak(nodes: int, fps: float, seconds: float) -> SoakReport:
    """Run nodes as processes of this machine and receive everything they send."""
    names, load_before = [f"n{i}" for i in range(nodes)], os.getloadavg()[0]
    frames = round(seconds * fps)
    with ClockService(ANYWHERE) as clock:
        start_ns = time.monotonic_ns() + round(_START_S * 1e9)
        latency_ms = np.full(frames * nodes, np.nan)
        synchronizer = Synchronizer([f"cam-{name}" for name in names], LIVE_WAIT_INTERVALS)
        hub = _Hub(Intake(ANYWHERE), synchronizer, frames, start_ns, fps, latency_ms)
        latency_ms[:] = 0.0  # pages are touched before memory is watched
        processes = _start(names, [hub.intake.address, clock.address, str(start_ns), str(fps), str(frames)])
        try:
            hub.run(nodes, time.monotonic() + _START_S + seconds + 20.0)
        finally:
            for process in processes:
                process.kill()
                process.wait()
            hub.intake.close()
    return _report(hub, nodes * frames, load_before)


def _start(names: Sequence[str], arguments: list[str]) -> list[subprocess.Popen[bytes]]:
    own_clock = ["50000000", "20"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return [
        subprocess.Popen([sys.executable, str(NODE), name, *arguments, *own_clock], cwd=ROOT, env=environment)
        for name in names
    ]


def _report(hub: _Hub, frames: int, load_before: float) -> SoakReport:
    latency_ms = hub.latency_ms[: hub.received]
    early = hub.memory[len(hub.memory) // 5]
    return SoakReport(
        frames=frames,
        left_out=frames - hub.sent,
        lost=hub.sent - hub.received,
        late=sum(hub.synchronizer.late.values()),
        refused=hub.intake.refused,
        sets=hub.sets,
        full_share=hub.full / max(hub.sets, 1),
        latency_ms_p50=float(np.percentile(latency_ms, 50)),
        latency_ms_p99=float(np.percentile(latency_ms, 99)),
        latency_ms_max=float(latency_ms.max()),
        memory_growth=hub.memory[-1] / early - 1.0,
        load_before=load_before,
        load_after=os.getloadavg()[0],
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=8)
    parser.add_argument("--fps", type=float, default=120.0)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    report = soak(options.nodes, options.fps, 60.0 * options.minutes)
    print("\n".join(f"{name:16} {value:.6g}" for name, value in asdict(report).items()))
    print(report.verdict)
    if options.json is not None:
        options.json.write_text(json.dumps(asdict(report), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
