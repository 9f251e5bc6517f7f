"""A viewer's wish over a real socket: what is asked, what is answered, and nobody who answers."""

import time

import pytest

from stream.commands.command import Command
from stream.commands.zmq import ZmqListener
from valgus.errors import ValgusError
from valgus.live import wishes
from valgus.live.wishes import chooser_at
from viewer.choosing import Chooser


def answer(chooser: Chooser) -> str:
    deadline_s = time.monotonic() + 10.0
    while time.monotonic() < deadline_s:
        if (said := chooser.answer()) is not None:
            return said
        time.sleep(0.01)
    raise AssertionError("never answered")


def test_what_is_asked_and_what_is_answered() -> None:
    heard: list[Command] = []

    def obey(command: Command) -> str:
        heard.append(command)
        if len(heard) == 2:
            raise ValgusError("nobody is there")
        return "the subject is to be whoever"

    listener = ZmqListener("tcp://127.0.0.1:0", obey)
    with chooser_at(listener.address) as chooser:
        assert chooser.answer() is None
        chooser.ask(2, 5)
        assert answer(chooser) == "the subject is to be whoever"
        assert chooser.answer() is None
        chooser.ask(1, 0)
        assert answer(chooser) == "refused: nobody is there"
    listener.close()
    assert [(command.command, command.text) for command in heard] == [
        ("subject", "#2 5"),
        ("subject", "#1 0"),
    ]
    assert all(command.time_ns > 0 for command in heard)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "PATIENCE_S", 0.2)
    with chooser_at("tcp://127.0.0.1:9") as chooser:
        chooser.ask(1, 0)
        assert answer(chooser).startswith("no answer from tcp://127.0.0.1:9; is that where the session takes")
        assert chooser.answer() is None


def test_without_an_address_a_click_says_what_to_do() -> None:
    with chooser_at(None) as chooser:
        assert chooser.answer() is None
        chooser.ask(1, 0)
        assert answer(chooser) == "to follow somebody else, give --commands the address of the session's zmq commands"
        assert chooser.answer() is None
