"""The plain text streams read by a bare socket and the csv module."""

import csv
import socket
import time

import pytest

from reconstruct.angle_names import ANGLE_NAMES
from stream.errors import StreamError
from stream.feed.live_event import LiveEvent
from stream.plain.tcp import TcpSink
from stream.plain.udp import UdpSink

COLUMNS = ["sequence", "time_s", "latency_ms", "lost"]


def rows(text: str) -> list[dict[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def check(row: dict[str, str], sequence: int) -> None:
    assert list(row) == [*COLUMNS, *(name + end for name in ANGLE_NAMES for end in ("", "_se"))]
    assert int(row["sequence"]) == sequence
    assert float(row["hip_rotation_r"]) == pytest.approx(2.0, abs=1e-3)
    assert float(row["hip_rotation_r_se"]) == pytest.approx(1.5, abs=1e-3)
    assert row["ankle_inversion_l"] == ""
    assert float(row["time_s"]) == pytest.approx(time.time(), abs=10.0)


def test_udp_sends_names_then_rows(make_frame):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(10.0)
    sink = UdpSink("127.0.0.1", receiver.getsockname()[1])
    sink.send_frame(make_frame(1), lost=0)
    sink.send_frame(make_frame(2), lost=3)
    sink.send_event(LiveEvent(time.monotonic_ns(), "mark", "now, here"))
    datagrams = [receiver.recv(4096).decode() for _ in range(4)]
    first, second = rows("".join(datagrams[:3]))
    check(first, 1)
    check(second, 2)
    assert second["lost"] == "3"
    assert datagrams[3].startswith("# ")
    assert datagrams[3].endswith(",mark,now, here\r\n")
    sink.close()
    receiver.close()


def test_tcp_sends_names_to_everyone_who_connects(make_frame):
    sink = TcpSink("127.0.0.1", 0)
    for sequence in (10, 20):
        with socket.create_connection(("127.0.0.1", sink.port), timeout=10.0) as client, client.makefile("r") as lines:
            header = lines.readline()
            sink.send_frame(make_frame(sequence), lost=0)
            check(rows(header + lines.readline())[0], sequence)
    sink.close()


def test_a_client_that_never_reads_loses_lines_and_delays_nobody(make_frame):
    sink = TcpSink("127.0.0.1", 0)
    deaf = socket.create_connection(("127.0.0.1", sink.port), timeout=10.0)
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with socket.create_connection(("127.0.0.1", sink.port), timeout=10.0) as client, client.makefile("r") as lines:
        lines.readline()
        deadline = time.monotonic() + 60.0
        sequence = 0
        while sink.refused == 0:
            sequence += 1
            sink.send_frame(make_frame(sequence), lost=0)
            assert int(lines.readline().split(",")[0]) == sequence
            assert time.monotonic() < deadline
    deaf.close()
    sink.close()


def test_an_arduino_gets_the_two_angles_that_it_wants(make_frame):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(10.0)
    sink = UdpSink("127.0.0.1", receiver.getsockname()[1], ("knee_adduction_r", "hip_rotation_r"))
    sink.send_frame(make_frame(1), lost=0)
    names, values = (receiver.recv(4096).decode().strip().split(",") for _ in range(2))
    assert names[4:] == ["knee_adduction_r", "knee_adduction_r_se", "hip_rotation_r", "hip_rotation_r_se"]
    assert values[4:] == ["4.000", "1.500", "2.000", "1.500"]
    sink.close()
    receiver.close()
    with pytest.raises(StreamError, match=r"'knee_valgus' is unknown; choose from hip_flexion_r, "):
        UdpSink("127.0.0.1", 9, ("knee_valgus",))


def test_a_port_in_use_is_one_line():
    first = TcpSink("127.0.0.1", 0)
    with pytest.raises(StreamError, match="cannot start"):
        TcpSink("127.0.0.1", first.port)
    first.close()
