"""Of two people the one who is asked for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.formats.aniposelib import write_rig
from capture.types import KeypointTrial
from tests.support.process_command import process, read_angles, write_json
from valgus.virtual_lab import motion
from valgus.virtual_lab.person import Person, Posture, virtual_person
from valgus.virtual_lab.trial import MAIN, VirtualLab, virtual_lab

FPS, FRAMES = 30.0, 45
BESIDE_M = np.array([0.0, 0.9, 0.0])


def standing_beside(person: Person, time_s: np.ndarray) -> Posture:
    posture = motion.stand(person, time_s)
    return replace(posture, root=posture.root + BESIDE_M)


def together(first: KeypointTrial, second: KeypointTrial) -> KeypointTrial:
    return replace(
        first,
        uv=np.concatenate([first.uv, second.uv], axis=2),
        confidence=np.concatenate([first.confidence, second.confidence], axis=2),
    )


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody squats in the middle, somebody else stands beside; which comes first in a file varies."""
    folder = tmp_path_factory.mktemp("two")
    lab = virtual_lab(seed=5)
    other = VirtualLab(6, virtual_person(6), lab.rig, lab.noise)
    times = np.tile(0.5 + np.arange(FRAMES) / FPS, (len(lab.rig), 1))
    both = together(lab.record(motion.squat, times, MAIN), other.record(standing_beside, times, MAIN))
    both.uv[1::2], both.confidence[1::2] = both.uv[1::2, :, ::-1].copy(), both.confidence[1::2, :, ::-1].copy()
    write_rig(folder / "rig.toml", lab.rig)
    write_json(folder / "main", both)
    return folder


def knee_flexion(session: Path, *options: str) -> float:
    """Largest of both knees, degrees."""
    out = "-".join(["out", *options])
    assert process(session, "--fps", str(FPS), *options, out=out) == 0
    angles = read_angles(session / out)
    return float(max(np.nanmax(angles["knee_flexion_r"]), np.nanmax(angles["knee_flexion_l"])))


def test_the_middle_one_or_the_one_who_is_asked_for(session: Path) -> None:
    flexions = [knee_flexion(session, "--subject-person", str(number)) for number in range(2)]
    assert max(flexions) > 40.0
    assert min(flexions) < 20.0
    assert knee_flexion(session) == pytest.approx(max(flexions), abs=0.5)


def test_nobody_of_that_number(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert process(session, "--fps", str(FPS), "--subject-person", "7", out="seven") == 2
    assert capsys.readouterr().err == "valgus: person 7 is not in the trial; there are 0 to 1\n"
    assert not (session / "seven").exists()
