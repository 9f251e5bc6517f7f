"""A node behind a bad network, as processes that may live in another network namespace."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from capture.intake import Intake
from capture.messages import KeypointsMessage

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tests/integration/capture/node_script.py"
NETWORK = ROOT / "tests/support/bad_network.py"
FPS, AHEAD_NS, DRIFT_PPM = 60.0, 50_000_000, 100.0


@dataclass(frozen=True)
class Line:
    """What lies between node and hub."""

    delay_ms: float
    jitter_ms: float
    loss: float


@dataclass
class Arrivals:
    """Keypoint messages of one node, with their times of arrival (s)."""

    messages: list[KeypointsMessage] = field(default_factory=list[KeypointsMessage])
    at_s: list[float] = field(default_factory=list[float])

    def listen(self, intake: Intake, seconds: float) -> int:
        """Listen for some seconds; returns how many messages had come before."""
        before, end_s = len(self.messages), time.monotonic() + seconds
        while time.monotonic() < end_s:
            message = intake.receive(0.02)
            if isinstance(message, KeypointsMessage):
                self.messages.append(message)
                self.at_s.append(time.monotonic())
        return before

    @property
    def lost(self) -> int:
        """Messages lost on the way, by gaps in their numbers."""
        return int((np.diff([message.sequence for message in self.messages]) - 1).sum())

    def clock_errors_ms(self, start_ns: int, since: int) -> np.ndarray:
        """Errors of the capture times against when frames were exposed."""
        views = [message.keypoints for message in self.messages[since:]]
        exposed_ns = np.array([start_ns + round(view.frame_index / FPS * 1e9) for view in views])
        return (np.array([view.time_ns for view in views]) - exposed_ns) / 1e6


class DistantNode:
    """Starts a node and two relays to the hub, for messages and for the clock.

    Parameters
    ----------
    name : of the node, whose clock is 50 ms ahead and drifts by 100 ppm
    hub : (host, port of messages, port of clock)
    line : what lies between
    cut : file during whose existence nothing passes
    prefix : command that enters the node's network namespace
    keys : folder of keys
    """

    def __init__(
        self,
        name: str,
        hub: tuple[str, int, int],
        line: Line,
        cut: Path,
        prefix: Sequence[str] = (),
        keys: Path | None = None,
    ) -> None:
        self._prefix, self._processes = list(prefix), list[subprocess.Popen[str]]()
        host, *ports = hub
        quality = [str(line.delay_ms), str(line.jitter_ms), str(line.loss), str(cut)]
        relays = [self._start(NETWORK, ["0", host, str(port), *quality]) for port in ports]
        addresses = [f"tcp://127.0.0.1:{int(_first_line(relay))}" for relay in relays]
        self.start_ns = time.monotonic_ns() + 1_500_000_000
        numbers = [str(self.start_ns), str(FPS), "1000000", str(AHEAD_NS), str(DRIFT_PPM)]
        self._start(NODE, [name, *addresses, *numbers, *([] if keys is None else [str(keys)])])

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.kill()
            process.wait()

    def _start(self, script: Path, arguments: list[str]) -> subprocess.Popen[str]:
        command = [*self._prefix, sys.executable, str(script), *arguments]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/sbin"},
        )
        self._processes.append(process)
        return process


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def port_of(address: str) -> int:
    """Port of an address such as tcp://127.0.0.1:5750."""
    return int(address.rpartition(":")[2])
