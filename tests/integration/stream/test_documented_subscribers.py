"""The subscribers of docs/streaming.md, run as they stand there."""

import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from stream.websocket import WebSocketSink

PAGE = Path(__file__).resolve().parents[3] / "docs" / "streaming.md"
DEFAULT_ADDRESS = "ws://127.0.0.1:5762"


def program(language: str, address: str) -> str:
    """First block of this language in the page, at another address."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    code = blocks[0]
    assert DEFAULT_ADDRESS in code
    assert code.count("\n") <= 10
    return code.replace(DEFAULT_ADDRESS, address)


@pytest.fixture
def address(make_frame):
    """A WebSocket stream that sends a frame every 10 ms."""
    sink = WebSocketSink("127.0.0.1", 0)
    ending = threading.Event()

    def run() -> None:
        sequence = 0
        while not ending.is_set():
            sink.send_frame(make_frame(sequence), lost=0)
            sequence += 1
            time.sleep(0.01)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"ws://127.0.0.1:{sink.port}"
    ending.set()
    thread.join()
    sink.close()


def first_lines(command: list[str], count: int) -> list[str]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            return [process.stdout.readline().strip() for _ in range(count)]
        finally:
            process.kill()


def check(lines: list[str]) -> None:
    numbers = [line.split() for line in lines]
    sequences = [int(line[0]) for line in numbers]
    assert sequences == list(range(sequences[0], sequences[0] + len(lines)))
    assert {line[3] for line in numbers} == {"partial"}
    assert all(float(line[1]) == pytest.approx(4.0) and float(line[2]) == pytest.approx(1.5) for line in numbers)


def test_python(address, tmp_path):
    script = tmp_path / "subscriber.py"
    script.write_text(program("python", address))
    check(first_lines([sys.executable, str(script)], 5))


def test_javascript(address, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the JavaScript subscriber was not run")
    version = int(
        subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout[1:].split(".")[0]
    )
    script = tmp_path / "subscriber.mjs"
    script.write_text(program("javascript", address))
    flags = [] if version >= 22 else ["--experimental-websocket"]
    check(first_lines([node, *flags, str(script)], 5))
