import os
import socket
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from capture.clock_service import ClockService
from capture.errors import CaptureError
from capture.guard import Guard
from capture.hub_time import HubTime
from capture.intake import Intake
from capture.keys import HubKeys, KeyPair, NodeKeys, read_allowed, read_key_pair, read_public_key, write_new_keys
from capture.messages import Heartbeat
from capture.node_config import read_node_config
from capture.transport import MAX_MESSAGE_BYTES, Broadcast, Inbox, NewestSubscription, Outbox
from capture.wire import encode
from valgus.cli.main import main

ANYWHERE = "tcp://127.0.0.1:0"


def new_pair() -> KeyPair:
    public, secret = zmq.curve_keypair()
    return KeyPair(public.decode(), secret.decode())


HUB, LEFT, STRANGER = new_pair(), new_pair(), new_pair()


@pytest.fixture
def guard() -> Iterator[Guard]:
    with Guard(HubKeys(HUB, {"left": LEFT.public})) as opened:
        yield opened


def reaches(inbox: Inbox | Intake, outbox: Outbox, seconds: float) -> bool:
    """Whether the outbox gets through to the inbox in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        inbox.receive(0.01)
        if outbox.has_reader(0.01):
            return True
    return False


def test_who_has_a_known_key_is_heard(guard: Guard) -> None:
    with Inbox(ANYWHERE, guard) as inbox, Outbox(inbox.address, NodeKeys(LEFT, HUB.public)) as outbox:
        assert reaches(inbox, outbox, 5.0)
        outbox.send(b"hello")
        assert inbox.receive(2.0) == b"hello"
    assert guard.refused == 0


def test_unknown_keys_are_refused_and_counted(guard: Guard) -> None:
    with Inbox(ANYWHERE, guard) as inbox, Outbox(inbox.address, NodeKeys(STRANGER, HUB.public)) as outbox:
        assert not reaches(inbox, outbox, 0.6)
        outbox.send(b"let me in")
        assert inbox.receive(0.1) is None
        assert guard.refused >= 1
        with Outbox(inbox.address, NodeKeys(LEFT, HUB.public)) as known:
            assert reaches(inbox, known, 5.0)


def test_without_keys_or_with_the_wrong_hub_nothing_gets_through(guard: Guard) -> None:
    with (
        Inbox(ANYWHERE, guard) as inbox,
        Outbox(inbox.address) as plain,
        Outbox(inbox.address, NodeKeys(LEFT, STRANGER.public)) as mistaken,
    ):
        assert not reaches(inbox, plain, 0.4)
        assert not reaches(inbox, mistaken, 0.4)


def test_a_node_with_keys_does_not_talk_to_a_hub_without() -> None:
    with Inbox(ANYWHERE) as inbox, Outbox(inbox.address, NodeKeys(LEFT, HUB.public)) as outbox:
        assert not reaches(inbox, outbox, 0.4)


def test_recorded_bytes_replayed_do_no_harm(guard: Guard) -> None:
    """What an eavesdropper recorded of a handshake and a message is worth nothing in another connection."""
    with Inbox(ANYWHERE, guard) as inbox:
        host, port = inbox.address.removeprefix("tcp://").split(":")
        recorded: list[bytes] = []
        tap = socket.create_server(("127.0.0.1", 0))

        def relay() -> None:
            node, _ = tap.accept()
            hub = socket.create_connection((host, int(port)))

            def back() -> None:
                while chunk := hub.recv(4096):
                    node.sendall(chunk)

            threading.Thread(target=back, daemon=True).start()
            while chunk := node.recv(4096):
                recorded.append(chunk)
                hub.sendall(chunk)

        threading.Thread(target=relay, daemon=True).start()
        with Outbox(f"tcp://127.0.0.1:{tap.getsockname()[1]}", NodeKeys(LEFT, HUB.public)) as outbox:
            assert reaches(inbox, outbox, 5.0)
            outbox.send(b"squat")
            assert inbox.receive(2.0) == b"squat"
        assert b"squat" not in b"".join(recorded)
        with socket.create_connection((host, int(port))) as replay:
            replay.sendall(b"".join(recorded))
            assert inbox.receive(0.3) is None
        with Outbox(inbox.address, NodeKeys(LEFT, HUB.public)) as again:
            assert reaches(inbox, again, 5.0)
        tap.close()


def test_malformed_and_oversize_messages_of_a_known_node_do_no_harm(guard: Guard) -> None:
    """Nonsense is counted; what is larger than any message ends the sender's connection before it is stored."""
    keys = NodeKeys(LEFT, HUB.public)
    intake = Intake(ANYWHERE, guard=guard)
    with Outbox(intake.address, keys) as outbox, Outbox(intake.address, keys) as other:
        assert reaches(intake, outbox, 5.0)
        assert reaches(intake, other, 5.0)
        for nonsense in (b"", b"VGKP", b"VGHB\x02\x00\x00\x00", bytes(1000)):
            outbox.send(nonsense)
        deadline = time.monotonic() + 5
        while intake.refused < 4 and time.monotonic() < deadline:
            assert intake.receive(0.05) is None
        assert intake.refused == 4
        outbox.send(bytes(MAX_MESSAGE_BYTES + 1))
        assert intake.receive(0.3) is None
        assert intake.refused == 4
        other.send(encode(Heartbeat("left", 0, None, [])))
        assert intake.receive(2.0) == Heartbeat("left", 0, None, [])
    intake.close()


def test_every_role_works_encrypted(guard: Guard) -> None:
    keys = NodeKeys(LEFT, HUB.public)
    with ClockService(ANYWHERE, guard=guard) as clock:
        times = HubTime("left", clock.address, time.monotonic_ns, keys)
        deadline = time.monotonic() + 5
        while times.translate(0) is None and time.monotonic() < deadline:
            times.ask_and_listen(0.01)
        assert times.translate(0) is not None
        times.close()
    with Broadcast(ANYWHERE, guard) as broadcast, NewestSubscription(broadcast.address, keys) as viewer:
        deadline = time.monotonic() + 5
        while (received := viewer.receive(0.02)) is None and time.monotonic() < deadline:
            broadcast.send(b"frame")
        assert received == b"frame"
    intake = Intake(ANYWHERE, guard=guard)
    with Outbox(intake.address, keys) as outbox:
        assert reaches(intake, outbox, 5.0)
        outbox.send(encode(Heartbeat("left", 0, None, [])))
        assert intake.receive(2.0) == Heartbeat("left", 0, None, [])
    intake.close()


def test_addresses_beyond_this_machine_need_keys(guard: Guard) -> None:
    with pytest.raises(CaptureError, match="needs keys"):
        Inbox("tcp://0.0.0.0:0")
    with Inbox("tcp://0.0.0.0:0", guard) as inbox:
        assert inbox.address.startswith("tcp://0.0.0.0:")


def test_key_files_round_trip_and_are_private(tmp_path: Path) -> None:
    secret_path, public_path = write_new_keys(tmp_path / "keys", "left")
    pair = read_key_pair(secret_path)
    assert pair.public == read_public_key(public_path) == read_public_key(secret_path)
    assert pair.secret not in public_path.read_text()
    assert pair.secret not in repr(pair)
    assert read_allowed(tmp_path / "keys") == {"left": pair.public}
    if sys.platform != "win32":
        assert stat.S_IMODE(secret_path.stat().st_mode) == 0o600


def test_bad_key_files_are_one_line(tmp_path: Path) -> None:
    secret_path, public_path = write_new_keys(tmp_path, "left")
    with pytest.raises(CaptureError, match="exists; choose another name"):
        write_new_keys(tmp_path, "left")
    with pytest.raises(CaptureError, match="use letters"):
        write_new_keys(tmp_path, "../left")
    with pytest.raises(CaptureError, match="holds no secret key"):
        read_key_pair(public_path)
    with pytest.raises(CaptureError, match=r"holds no \.pub file"):
        read_allowed(tmp_path / "keys")
    if sys.platform != "win32":
        os.chmod(secret_path, 0o644)
        with pytest.raises(CaptureError, match="can be read by others; run 'chmod 600"):
            read_key_pair(secret_path)
    public_path.write_text('name = "left"\npublic = "short"\n')
    with pytest.raises(CaptureError, match="not a key of 40 Z85 characters"):
        read_public_key(public_path)


def test_a_node_configuration_names_its_keys(tmp_path: Path) -> None:
    text = '[[cameras]]\nkind = "video"\nname = "a"\npath = "a.mp4"\n[hub]\nown_key = "keys/left.key"\n'
    path = tmp_path / "node.toml"
    path.write_text('name = "left"\n' + text)
    with pytest.raises(CaptureError, match="belong together"):
        read_node_config(path)
    path.write_text('name = "left"\n' + text + 'hub_key = "keys/hub.pub"\n')
    assert read_node_config(path).hub.own_key == str(tmp_path / "keys/left.key")


def test_the_command_makes_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new", "left", "--out", str(tmp_path)]) == 0
    assert "left.pub" in capsys.readouterr().out
    assert main(["keys", "new", "left", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
