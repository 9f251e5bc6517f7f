"""A node process behind a network with delay, jitter, losses and a cut."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from capture.clock_service import ClockService
from capture.intake import Intake
from tests.support.distant_node import Arrivals, DistantNode, Line, port_of

ANYWHERE = "tcp://127.0.0.1:0"


@contextmanager
def node_behind(line: Line, cut: Path) -> Iterator[tuple[DistantNode, Intake]]:
    intake = Intake(ANYWHERE)
    with ClockService(ANYWHERE) as clock:
        node = DistantNode("n", ("127.0.0.1", port_of(intake.address), port_of(clock.address)), line, cut)
        try:
            yield node, intake
        finally:
            node.close()
            intake.close()


@pytest.mark.parametrize(
    ("line", "limit_ms"), [(Line(0.0, 0.0, 0.0), 0.2), (Line(2.0, 5.0, 0.01), 1.0)], ids=["loopback", "5 ms of jitter"]
)
def test_the_clock_of_a_node_that_is_50_ms_ahead_and_drifts_is_known(
    line: Line, limit_ms: float, tmp_path: Path
) -> None:
    with node_behind(line, tmp_path / "cut") as (node, intake):
        arrivals = Arrivals()
        arrivals.listen(intake, 7.0)
        since = arrivals.listen(intake, 3.0)
    errors = np.abs(arrivals.clock_errors_ms(node.start_ns, since))
    assert len(errors) > 150
    assert np.median(errors) < limit_ms
    assert arrivals.lost == 0
    times = [message.keypoints.time_ns for message in arrivals.messages]
    assert times == sorted(times)


def test_after_a_cut_of_three_seconds_the_node_is_heard_again_and_losses_are_counted(tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    with node_behind(Line(1.0, 1.0, 0.0), cut) as (node, intake):
        arrivals = Arrivals()
        arrivals.listen(intake, 5.0)
        cut.touch()
        arrivals.listen(intake, 3.0)
        cut.unlink()
        heard = arrivals.listen(intake, 4.0)
    silence_s = np.diff(arrivals.at_s).max()
    assert silence_s > 2.5
    fresh = [
        at_s - arrivals.at_s[heard]
        for at_s, message in zip(arrivals.at_s[heard:], arrivals.messages[heard:], strict=True)
        if at_s * 1e9 - message.keypoints.time_ns < 200e6
    ]
    assert fresh[0] < 2.0
    frames = [message.keypoints.frame_index for message in arrivals.messages]
    assert frames == sorted(set(frames))
    assert 0 <= arrivals.lost <= frames[-1] - frames[0] + 1 - len(frames)
    assert np.median(np.abs(arrivals.clock_errors_ms(node.start_ns, len(frames) - 60))) < 1.0
