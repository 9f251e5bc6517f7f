"""`valgus live` with two people before virtual nodes: both are followed, through crossings and an absence."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq
from numpy.typing import NDArray

from reconstruct.angle_names import angle_index
from tests.support.live_session import LiveSession, free_ports
from tests.support.two_people import CROSSING, TwoPeople
from valgus.virtual_lab.files import write_keypoints
from valgus.virtual_lab.kinematics import HALPE_26

Array = NDArray[np.float64]

PEOPLE = TwoPeople(seed=4, cameras=4, seconds=60.0, fps=20.0, movements=CROSSING, away_s=(11.0, 14.0))
WATCHED_S = 20.0
SETTLED_S = 2.0
"""From the first frame, or from coming back, until a body is known again."""
HIPS = [HALPE_26.index("LHip"), HALPE_26.index("RHip")]
KNEE = "knee_flexion_r"


class TwoSubjects(LiveSession):
    """Of both people, a stream for each."""

    def __init__(self, folder: Path) -> None:
        self.streams = free_ports(2)
        for person in range(2):
            write_keypoints(folder / f"static{person}", PEOPLE.lab(person).record_standing(30.0))
        first, second = (f'kind = "zmq", address = "tcp://127.0.0.1:{port}"' for port in self.streams)
        settings = f"""
            subjects = 2
            streams = [{{{first}}}, {{{second}, subject = 2}}]
            subject = [{{static = "static0"}}, {{static = "static1"}}]
            """
        super().__init__(folder, PEOPLE.rig, PEOPLE.parts(), settings)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[TwoSubjects]:
    opened = TwoSubjects(tmp_path)
    yield opened
    opened.close()


def watch(session: TwoSubjects, until_s: float) -> list[list[dict[str, Any]]]:
    """All frames of both streams up to a moment."""
    frames: list[list[dict[str, Any]]] = [[], []]
    context = zmq.Context.instance()
    with context.socket(zmq.SUB) as first, context.socket(zmq.SUB) as second:
        for stream, port in zip((first, second), session.streams, strict=True):
            stream.connect(f"tcp://127.0.0.1:{port}")
            stream.subscribe(b"")
        while time.monotonic() < until_s:
            for kept, stream in zip(frames, (first, second), strict=True):
                while stream.poll(5):
                    packet = json.loads(stream.recv())
                    if packet["type"] == "frame":
                        kept.append(packet)
    return frames


def hips(frames: list[dict[str, Any]]) -> Array:
    """(F, 3) middle of the hips, NaN where unknown."""
    ends = [[frame["points"][name]["xyz_m"] or [np.nan] * 3 for name in ("LHip", "RHip")] for frame in frames]
    return np.array(ends).mean(axis=1)


def values(frames: list[dict[str, Any]], angle: str) -> Array:
    return np.array([frame["angles"][angle]["deg"] for frame in frames], dtype=float)


def test_both_are_followed_and_never_exchanged(session: TwoSubjects) -> None:
    session.wait_for("ready")
    start_ns = time.monotonic_ns() + 4_000_000_000
    for camera in session.parts:
        session.start_node(camera, start_ns)
    both = watch(session, 1e-9 * start_ns + WATCHED_S)
    assert session.end() == 0
    assert all(len(frames) > 0.9 * PEOPLE.fps * WATCHED_S for frames in both)
    shared = {frame["sequence"] for frame in both[0]} ^ {frame["sequence"] for frame in both[1]}
    assert len(shared) <= 2  # the last instant may have reached one stream alone
    owners = [check_subject(frames, place + 1, start_ns) for place, frames in enumerate(both)]
    assert sorted(owners) == [0, 1]
    said = [line for _, line in session.lines]
    away = f"subject {owners.index(1) + 1}"
    gone = said.index(f"{away} is out of view")
    assert {line.split(" is ")[0] for line in said[:gone] if " is person " in line} == {"subject 1", "subject 2"}
    assert any(line.startswith(f"{away} is person ") for line in said[gone:])
    assert not any("Traceback" in line for line in said)


def check_subject(frames: list[dict[str, Any]], subject: int, start_ns: int) -> int:
    """Which of the two people a subject is, in all frames; the angles are that person's."""
    assert {frame["subject"] for frame in frames} == {subject}
    time_s = 1e-9 * (np.array([frame["time_ns"] for frame in frames]) - start_ns)
    found = hips(frames)
    away = [np.linalg.norm(found - truth_hips(person, time_s), axis=-1) for person in range(2)]
    owner = int(np.nanmedian(away[0]) > np.nanmedian(away[1]))
    assert np.nanmax(away[owner]) < 0.2
    there = time_s > SETTLED_S
    absent = (time_s > PEOPLE.away_s[0] + 0.7) & (time_s < PEOPLE.away_s[1])
    people = np.array([frame["person"] for frame in frames])
    if owner == 1:
        there &= (time_s < PEOPLE.away_s[0]) | (time_s > PEOPLE.away_s[1] + SETTLED_S)
        assert np.isnan(found[absent]).all()
        assert (people[absent] == -1).all()
        assert np.isnan(values(frames, KNEE)[absent]).all()
    else:
        assert len(set(people[there])) == 1
    bent = values(frames, KNEE)[there]
    off = bent - np.rad2deg(PEOPLE.truth(owner, time_s[there]).angles[:, angle_index(KNEE)])
    assert np.isfinite(bent).mean() > 0.95
    assert np.nanmedian(np.abs(off)) < 4.0
    assert np.nanpercentile(np.abs(off), 95) < 10.0
    return owner


def truth_hips(person: int, time_s: Array) -> Array:
    return PEOPLE.truth(person, time_s).points[:, HIPS].mean(axis=1)
