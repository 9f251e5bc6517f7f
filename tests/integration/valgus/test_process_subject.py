"""Of two people the one who is asked for, or both."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.formats.aniposelib import write_rig
from tests.support.process_command import process, read_angles, write_json
from tests.support.two_people import standing_beside, together
from valgus.virtual_lab import motion
from valgus.virtual_lab.person import virtual_person
from valgus.virtual_lab.trial import MAIN, STATIC, VirtualLab, virtual_lab

FPS, FRAMES = 30.0, 45


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
    apart = together(other.record(standing_beside, times, STATIC), lab.record(motion.stand, times, STATIC))
    write_json(folder / "static", apart)
    write_json(folder / "alone", lab.record(motion.stand, times, STATIC))
    return folder


def summary(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "summary.json").read_text())


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


def test_everybody_who_is_asked_for_gets_a_folder(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    static = ("--static", str(session / "static"))
    assert process(session, "--fps", str(FPS), "--subjects", "2", *static, out="both") == 0
    assert "no --static trial" not in capsys.readouterr().err
    folders = sorted((session / "both").iterdir())
    assert [folder.name for folder in folders] == ["person0", "person1"]
    assert [summary(folder)["person"] for folder in folders] == [0, 1]
    deepest = [float(np.nanmax(read_angles(folder)["knee_flexion_r"])) for folder in folders]
    assert max(deepest) > 40.0
    assert min(deepest) < 20.0
    squatter = folders[int(np.argmax(deepest))]
    assert process(session, "--fps", str(FPS), *static, out="middle") == 0
    np.testing.assert_array_equal(
        read_angles(session / "middle")["knee_flexion_r"], read_angles(squatter)["knee_flexion_r"]
    )


def test_whoever_is_not_in_the_static_trial_is_done_without_it(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choice = ("--subject-person", "1", "--subject-person", "0")
    assert process(session, "--fps", str(FPS), *choice, "--static", str(session / "alone"), out="alone-out") == 0
    told = capsys.readouterr().err
    assert told.count("is nobody in the static trial; done without it") == 1
    assert {folder.name for folder in (session / "alone-out").iterdir()} == {"person0", "person1"}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--subjects", "3"), "3 people are asked for, the trial shows 2; ask for fewer"),
        (("--subjects", "2", "--subject-person", "0"), "--subjects and --subject-person: say how many people or which"),
        (("--subjects", "2", "--subject", "s.toml"), "--subject s.toml describes one person; choose that person alone"),
    ],
)
def test_what_cannot_be_asked_for(
    session: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], complaint: str
) -> None:
    assert process(session, "--fps", str(FPS), *options, out="nothing") == 2
    assert complaint in capsys.readouterr().err
    assert not (session / "nothing").exists()
