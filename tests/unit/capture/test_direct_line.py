import sys
import time
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

import pytest

from capture.direct_line import DirectLine, LineEnd

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="direct lines are tried on Linux only")


def echo(end: LineEnd, answers: Connection) -> None:
    """What a started process does: tell all that it hears until the sender is gone."""
    answers.send(b"ready")
    with suppress(EOFError):
        while (message := end.receive(10.0)) is not None:
            answers.send(message)


def test_a_started_process_hears_whole_messages_in_order() -> None:
    context = get_context("spawn")
    line = DirectLine()
    answers, theirs = context.Pipe()
    process = context.Process(target=echo, args=(line.end, theirs), daemon=True)
    process.start()
    line.end.close()
    assert answers.recv() == b"ready"
    sent = [bytes([i]) * (1 + 700 * i) for i in range(20)]
    for message in sent:
        line.send(message)
    assert [answers.recv() for _ in sent] == sent
    line.close()
    process.join(10.0)
    assert process.exitcode == 0


def test_nobody_waits_for_a_reader_that_does_not_read() -> None:
    line = DirectLine()
    slowest_s = 0.0
    for i in range(5000):
        started = time.perf_counter()
        line.send(i.to_bytes(4, "little") + bytes(4000))
        slowest_s = max(slowest_s, time.perf_counter() - started)
    heard: list[int] = []
    while (message := line.end.receive(0.0)) is not None:
        heard.append(int.from_bytes(message[:4], "little"))
    line.send(b"again")
    assert line.end.receive(1.0) == b"again"
    assert slowest_s < 0.5
    assert heard == list(range(len(heard)))
    assert 30 <= len(heard) < 5000


def test_a_reader_that_is_gone_harms_nobody() -> None:
    line = DirectLine()
    line.end.close()
    for _ in range(3):
        line.send(b"into the void")
    line.close()


def test_a_sender_that_is_gone_is_told_of_after_its_last_message() -> None:
    line = DirectLine()
    line.send(b"last")
    line.close()
    assert line.end.receive(1.0) == b"last"
    with pytest.raises(EOFError):
        line.end.receive(1.0)


def test_silence_is_not_the_end() -> None:
    line = DirectLine()
    assert line.end.receive(0.05) is None
    assert line.end.receive(0.0) is None
