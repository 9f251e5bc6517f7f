import re
from pathlib import Path

import msgspec
import pytest

from stream.config import CommandsConfig, LslStream, OscStream, StreamConfig, WebSocketStream, ZmqCommands, ZmqStream
from stream.errors import StreamError
from stream.guard import check_guarded, is_loopback, same_token

PAGE = Path(__file__).resolve().parents[3] / "docs" / "streaming.md"


class Live(msgspec.Struct, forbid_unknown_fields=True):
    """As much of a live configuration as concerns streams."""

    streams: list[StreamConfig] = []
    commands: list[CommandsConfig] = []


def test_the_documented_configuration_is_valid():
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    live = msgspec.toml.decode("\n".join(blocks), type=Live)
    assert live.streams == [LslStream(), WebSocketStream(port=5762), OscStream("192.168.1.20", 9000)]
    assert live.commands == [ZmqCommands()]


def test_defaults_stay_on_this_computer():
    for kind in ("osc", "udp", "tcp", "websocket"):
        (stream,) = msgspec.toml.decode(f'[[streams]]\nkind = "{kind}"', type=Live).streams
        assert msgspec.to_builtins(stream)["host"] == "127.0.0.1"
    assert ZmqStream().address == "tcp://127.0.0.1:5763"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('kind = "xml"', "'xml'"),
        ('kind = "osc"\nprot = 9000', "`prot`"),
        ('kind = "osc"\nport = 70000', "<= 65535"),
        ('kind = "zmq"\nencoding = "pickle"', "'pickle'"),
    ],
)
def test_what_is_unknown_is_refused(line, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.toml.decode(f"[[streams]]\n{line}", type=Live)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.3", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_computer_alone(host, loopback):
    assert is_loopback(host) == loopback


def test_a_short_token_guards_nothing():
    check_guarded("0.0.0.0", "x" * 16, "stream")
    check_guarded("127.0.0.1", None, "stream")
    for token in (None, "", "x" * 15):
        with pytest.raises(StreamError, match="at least 16"):
            check_guarded("0.0.0.0", token, "stream")


def test_tokens_are_compared_whole():
    assert same_token(None, None)
    assert same_token("secret", "secret")
    assert not same_token("secre", "secret")
    assert not same_token(None, "secret")
    assert not same_token("sécret", "secret")
