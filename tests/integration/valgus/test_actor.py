"""Processes that say what is wrong instead of throwing tracebacks at the user."""

import os
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
from numba import get_num_threads
from numba.core.config import reload_config

from geometry.errors import InputError
from valgus.errors import ValgusError
from valgus.processes.actor import Actor
from valgus.processes.child import Trouble


def echo(greeting: str, parent: Connection) -> None:
    parent.send(greeting)
    parent.send(parent.recv())


def refuse(parent: Connection) -> None:
    raise InputError("address tcp://x: cannot be used")


def stumble(parent: Connection) -> None:
    parent.send("started")
    raise ZeroDivisionError("seven by nothing")


def tell_limits(parent: Connection) -> None:
    parent.send((os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"], get_num_threads()))


def test_a_process_uses_one_thread_and_its_parent_does_not_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    before = dict(os.environ)
    threads = get_num_threads()
    actor = Actor("limits", tell_limits)
    assert actor.first_word(tuple) == ("1", "2", 1)
    actor.close()
    assert dict(os.environ) == before
    reload_config()
    assert get_num_threads() == threads


def test_words_go_both_ways() -> None:
    actor = Actor("echo", echo, greeting="hello")
    assert actor.first_word(str) == "hello"
    actor.say(17)
    assert actor.first_word(int) == 17
    actor.close()
    assert not actor.alive
    assert not actor.failed


def compile_first(parent: Connection) -> None:
    parent.send("compiling for this machine")
    parent.send(17)


def test_what_is_said_before_the_first_word_goes_to_whoever_listens() -> None:
    for told in ([], None):
        actor = Actor("the hub", compile_first)
        assert actor.first_word(int, None if told is None else told.append) == 17
        actor.close()
        assert told in (["compiling for this machine"], None)


def test_a_refusal_reaches_the_parent_as_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    actor = Actor("the hub", refuse)
    with pytest.raises(ValgusError, match="the hub did not start: address tcp://x: cannot be used"):
        actor.first_word(str)
    actor.close()
    assert actor.failed
    assert capfd.readouterr() == ("", "")


def test_a_defect_is_told_too(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VALGUS_DEBUG", raising=False)
    actor = Actor("the node", stumble)
    assert actor.first_word(str) == "started"
    actor.first_word(Trouble)
    actor.close()
    assert actor.failed
    assert capfd.readouterr() == ("", "")


def test_a_killed_process_has_failed_and_hears_nothing() -> None:
    actor = Actor("echo", echo, greeting="hello")
    actor.first_word(str)
    actor.kill()
    assert actor.failed
    actor.say("anybody there?")
    assert actor.words() == []
    actor.close()


PARENT = """
import time
from tests.integration.valgus.test_actor import stay
from valgus.processes.actor import Actor

if __name__ == "__main__":
    print(Actor("the viewer", stay).first_word(int), flush=True)
    time.sleep(60.0)
"""


def stay(parent: Connection) -> None:
    parent.send(os.getpid())
    time.sleep(60.0)


def test_a_parent_that_is_killed_leaves_nobody_behind(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    deadline = time.monotonic() + 10.0
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)
