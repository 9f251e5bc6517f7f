"""`valgus view` on things that cannot be shown: one line, exit code 2, nothing written."""

import shutil
from pathlib import Path

import pytest

from valgus.cli.main import main


@pytest.fixture
def trial(squat_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(squat_folder, tmp_path / "trial"))


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that the command says when it refuses."""
    assert main(["view", *map(str, arguments)]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.count("\n") == 1
    return streams.err


def test_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert f"{tmp_path / 'nowhere'}: there is no such folder" in refusal(
        capsys, tmp_path / "nowhere", "--snapshot", tmp_path / "shot.png"
    )


@pytest.mark.parametrize("name", ["points.parquet", "angles.parquet"])
def test_a_folder_without_a_table(capsys: pytest.CaptureFixture[str], trial: Path, name: str) -> None:
    (trial / name).unlink()
    assert name in refusal(capsys, trial, "--snapshot", trial / "shot.png")
    assert not (trial / "shot.png").exists()


@pytest.mark.parametrize("name", ["points.parquet", "angles.parquet", "rig.toml"])
def test_a_damaged_file(capsys: pytest.CaptureFixture[str], trial: Path, name: str) -> None:
    (trial / name).write_bytes(b"[[not a table\x00")
    assert name in refusal(capsys, trial, "--snapshot", trial / "shot.png")
    assert not (trial / "shot.png").exists()


def test_a_picture_that_is_no_png(capsys: pytest.CaptureFixture[str], trial: Path) -> None:
    assert "give a name that ends with .png" in refusal(capsys, trial, "--snapshot", trial / "shot.gif")


def test_a_picture_in_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str], trial: Path) -> None:
    assert "nowhere does not exist" in refusal(capsys, trial, "--snapshot", trial / "nowhere" / "shot.png")


def test_no_display_and_no_snapshot(
    capsys: pytest.CaptureFixture[str], trial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert "no display; add --snapshot" in refusal(capsys, trial)
