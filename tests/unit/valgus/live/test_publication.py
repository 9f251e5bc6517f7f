from contextlib import closing

import pytest

from capture import direct_line
from capture.direct_line import LineEnd
from capture.transport import Subscription
from valgus.live.publication import Publication

ANYWHERE = "tcp://127.0.0.1:0"


def test_subscribers_and_lines_hear_the_same() -> None:
    with closing(Publication(ANYWHERE)) as publication, Subscription(publication.address) as subscriber:
        line, other = publication.direct_line(), publication.direct_line()
        assert isinstance(line, LineEnd)
        assert isinstance(other, LineEnd)
        heard = None
        while heard is None:
            publication.send(b"hello")
            heard = subscriber.receive(0.05)
        assert heard == line.receive(1.0) == other.receive(1.0) == b"hello"


def test_systems_without_lines_subscribe(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("protocol not supported")

    monkeypatch.setattr(direct_line.socket, "socketpair", refuse)
    with closing(Publication(ANYWHERE)) as publication:
        assert publication.direct_line() == publication.address
