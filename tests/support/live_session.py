"""A `valgus live` process with virtual nodes, watched and commanded from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

import zmq

from calibration.formats.aniposelib import write_rig
from capture.hub_addresses import HubAddresses
from geometry.rig import Rig
from valgus.demo.node_process import Ready, VirtualPart, run_node
from valgus.processes.actor import SPAWN, Actor

PATIENCE_S = 120.0


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start_live(config: Path, display: str | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "valgus", "live", str(config)]
    environment = os.environ if display is None else {**os.environ, "DISPLAY": display}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True, env=environment)


class LiveSession:
    """A `valgus live` process, what it says with the time at which it said it, and its nodes.

    `settings` are the lines of live.toml beyond rig, keypoint set, addresses and a way for commands; `display` is where
    its window opens, if it has one.
    """

    def __init__(
        self, folder: Path, rig: Rig, parts: Sequence[VirtualPart], settings: str, display: str | None = None
    ) -> None:
        messages, clock, results, commands = free_ports(4)
        self.hub = HubAddresses(f"tcp://127.0.0.1:{messages}", f"tcp://127.0.0.1:{clock}")
        self.results, self.commands = f"tcp://127.0.0.1:{results}", f"tcp://127.0.0.1:{commands}"
        write_rig(folder / "rig.toml", rig)
        (folder / "live.toml").write_text(
            f"""
            rig = "rig.toml"
            keypoint_set = "halpe_26"
            hub = {{messages = "{self.hub.messages}", clock = "{self.hub.clock}", results = "{self.results}"}}
            commands = [{{kind = "zmq", address = "{self.commands}"}}]
            {settings}
            """
        )
        self.lines: list[tuple[float, str]] = []
        self._stop_nodes = SPAWN.Event()
        self.process = start_live(folder / "live.toml", display)
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self.nodes: dict[str, Actor] = {}
        self.parts = {part.camera: part for part in parts}

    def start_node(self, camera: str, start_ns: int) -> None:
        name = f"node-{camera}"
        self.nodes[camera] = Actor(name, run_node, name=name, hub=self.hub, stop=self._stop_nodes)
        self.nodes[camera].first_word(Ready)
        self.nodes[camera].say((self.parts[camera], start_ns))

    def wait_for(self, beginning: str, since_s: float = 0.0) -> tuple[float, str]:
        deadline_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline_s:
            for at_s, line in list(self.lines):
                if at_s >= since_s and line.startswith(beginning):
                    return at_s, line
            time.sleep(0.02)
        raise AssertionError(f"'{beginning}' was never said: {self.lines}")

    def command(self, **what: str) -> dict[str, object]:
        with zmq.Context.instance().socket(zmq.REQ) as asker:
            asker.setsockopt(zmq.LINGER, 0)
            asker.connect(self.commands)
            asker.send(json.dumps(what).encode())
            assert asker.poll(10_000)
            return json.loads(asker.recv())

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self) -> int:
        self._stop_nodes.set()
        for node in self.nodes.values():
            node.close()
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30.0)
        self._reader.join(10.0)
        return code

    def close(self) -> None:
        self._stop_nodes.set()
        for node in self.nodes.values():
            node.kill()
        with suppress(subprocess.TimeoutExpired):  # killed at once it would leave its window behind
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20.0)
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line.rstrip()))
