"""Commands from real OSC clients, LSL outlets and ZeroMQ requests."""

import json
import socket
import time

import pylsl
import pytest
import zmq
from pythonosc.udp_client import SimpleUDPClient

from capture.errors import CaptureError
from stream.commands.command import Command, spoken
from stream.commands.listener import open_listener
from stream.commands.lsl import LslListener
from stream.commands.osc import OscListener
from stream.commands.zmq import ZmqListener
from stream.config import LslCommands, OscCommands, ZmqCommands
from stream.errors import StreamError

TOKEN = "sixteen letters!!"


class Hub:
    """Takes commands as the live hub does, and remembers them."""

    def __init__(self) -> None:
        self.heard: list[Command] = []

    def __call__(self, command: Command) -> str:
        self.heard.append(command)
        return "done"

    def wait(self, count: int) -> list[Command]:
        deadline = time.monotonic() + 10.0
        while len(self.heard) < count:
            assert time.monotonic() < deadline, f"{len(self.heard)} of {count} commands came"
            time.sleep(0.005)
        return self.heard


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.mark.parametrize("config", [OscCommands(port=0), LslCommands(), ZmqCommands("tcp://127.0.0.1:0")])
def test_every_kind_of_configuration_opens_a_listener(config, hub):
    listener = open_listener(config, hub)
    assert listener.refused == 0
    listener.close()


def test_osc_starts_marks_and_stops(hub):
    commands = OscListener("127.0.0.1", 0, hub)
    client = SimpleUDPClient("127.0.0.1", commands.port)
    client.send_message("/valgus/start", "squat 3")
    client.send_message("/valgus/mark", [])
    client.send_message("/valgus/stop", [])
    heard = hub.wait(3)
    assert [(command.command, command.text) for command in heard] == [("start", "squat 3"), ("mark", ""), ("stop", "")]
    assert heard[1].time_ns == pytest.approx(time.monotonic_ns(), abs=10e9)
    commands.close()


def test_osc_refuses_what_it_does_not_know(hub):
    commands = OscListener("127.0.0.1", 0, hub)
    client = SimpleUDPClient("127.0.0.1", commands.port)
    client.send_message("/valgus/launch", [])
    client.send_message("/other/start", [])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for junk in (b"", b"#bundle\0", b"/valgus/start", b"\xff" * 2000, b"/valgus/start\0\0\0,ii\0"):
            sender.sendto(junk, ("127.0.0.1", commands.port))
    client.send_message("/valgus/mark", "still here")
    assert [command.text for command in hub.wait(1)] == ["still here"]
    assert commands.refused >= 2
    commands.close()


def test_osc_asks_for_the_token(hub):
    commands = OscListener("127.0.0.1", 0, hub, token=TOKEN)
    client = SimpleUDPClient("127.0.0.1", commands.port)
    client.send_message("/valgus/start", "squat")
    client.send_message("/valgus/start", ["wrong", "squat"])
    client.send_message("/valgus/start", [TOKEN, "squat"])
    assert [command.text for command in hub.wait(1)] == ["squat"]
    assert commands.refused == 2
    commands.close()


def test_osc_opens_no_door_without_a_token(hub):
    with pytest.raises(StreamError, match="set a token"):
        OscListener("0.0.0.0", 0, hub)


def test_lsl_markers_command_at_their_own_time(hub):
    name = f"remote{time.monotonic_ns()}"
    commands = LslListener(name, hub)
    info = pylsl.StreamInfo(name, "Markers", 1, pylsl.IRREGULAR_RATE, pylsl.cf_string, name)
    outlet = pylsl.StreamOutlet(info)
    assert outlet.wait_for_consumers(10.0)
    moment_ns = time.monotonic_ns() - 200_000_000
    outlet.push_sample(["mark left knee"], pylsl.local_clock() - 0.2)
    outlet.push_sample(["dance"])
    outlet.push_sample(["stop"])
    first, second = hub.wait(2)
    assert (first.command, first.text, second.command) == ("mark", "left knee", "stop")
    assert first.time_ns == pytest.approx(moment_ns, abs=1_000_000)
    assert commands.refused == 1
    commands.close()


@pytest.fixture
def ask():
    """Asks with an ordinary REQ socket, and gives the decoded answer."""

    def request(address: str, message: bytes) -> dict[str, object]:
        with zmq.Context.instance().socket(zmq.REQ) as requester:
            requester.setsockopt(zmq.LINGER, 0)
            requester.connect(address)
            requester.send(message)
            assert requester.poll(10_000)
            return json.loads(requester.recv())

    return request


def test_zeromq_requests_are_answered(hub, ask):
    commands = ZmqListener("tcp://127.0.0.1:0", hub)
    assert ask(commands.address, b'{"command": "start", "text": "squat 3"}') == {"ok": True, "said": "done"}
    assert ask(commands.address, b'{"command": "mark", "time_ns": 123}') == {"ok": True, "said": "done"}
    first, second = hub.heard
    assert (first.command, first.text) == ("start", "squat 3")
    assert first.time_ns == pytest.approx(time.monotonic_ns(), abs=10e9)
    assert second.time_ns == 123
    commands.close()


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"mark",
        b'{"command": "launch"}',
        b'{"command": "mark", "rocket": 1}',
        b'{"text": "x"}',
        b"\xff\x00",
        b"[" * 5000,
    ],
)
def test_zeromq_refuses_with_a_reason(hub, ask, message):
    commands = ZmqListener("tcp://127.0.0.1:0", hub)
    answer = ask(commands.address, message)
    assert answer["ok"] is False
    assert str(answer["said"]).startswith("refused: ")
    assert ask(commands.address, b'{"command": "mark"}')["ok"] is True
    assert commands.refused == 1
    commands.close()


def test_a_refusal_of_the_hub_reaches_the_asker(ask):
    def busy(command: Command) -> str:
        raise StreamError(f"cannot {command.command}: a recording runs already; stop it first")

    commands = ZmqListener("tcp://127.0.0.1:0", busy)
    assert "a recording runs already" in str(ask(commands.address, b'{"command": "start"}')["said"])
    commands.close()


def test_zeromq_commands_stay_on_this_computer(hub):
    with pytest.raises(CaptureError, match="not on this machine"):
        ZmqListener("tcp://0.0.0.0:0", hub)


@pytest.mark.parametrize("words", ["", "go", "START", "starting up"])
def test_unknown_words_list_the_choices(words):
    with pytest.raises(StreamError, match="choose one of start, stop, mark, subject"):
        spoken(words)
