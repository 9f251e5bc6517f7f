"""Footage is downloaded by the real pip, checked, unpacked and kept."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from valgus.demo.published_clip import PublishedClip, fetched
from valgus.errors import ValgusError

METADATA = "Metadata-Version: 2.1\nName: some-clip\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PublishedClip:
    index = tmp_path / "index"
    index.mkdir()
    wheel = index / "some_clip-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("some_clip-1.0.dist-info/METADATA", METADATA)
        archive.writestr("some_clip-1.0.dist-info/WHEEL", WHEEL)
        archive.writestr("some_clip-1.0.dist-info/RECORD", "")
        archive.writestr("some_clip-1.0.dist-info/licenses/LICENSE", "free")
        archive.writestr("Clips/One/videos/cam01.mp4", b"moving")
        archive.writestr("Clips/One/calibration/Calib.qca.txt", "lens")
        archive.writestr("Clips/One/Config.toml", "not wanted")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return PublishedClip("some-clip==1.0", hashlib.sha256(wheel.read_bytes()).hexdigest(), "Clips/One")


def test_a_clip_is_fetched_once_and_kept(published: PublishedClip, tmp_path: Path) -> None:
    folder = fetched(published, tmp_path / "cache")
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert files == ["LICENSE", "calibration/Calib.qca.txt", "videos/cam01.mp4"]
    assert (folder / "videos" / "cam01.mp4").read_bytes() == b"moving"
    (folder / "LICENSE").write_text("still here")
    assert fetched(published, tmp_path / "cache") == folder
    assert (folder / "LICENSE").read_text() == "still here"


def test_another_digest_is_refused(published: PublishedClip, tmp_path: Path) -> None:
    with pytest.raises(ValgusError, match=r"some_clip-1\.0-py3-none-any\.whl: its sha256 is not 000000000000"):
        fetched(PublishedClip(published.requirement, "0" * 64, published.folder), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_offline_is_one_line(published: PublishedClip, tmp_path: Path) -> None:
    with pytest.raises(ValgusError, match="could not be downloaded") as caught:
        fetched(PublishedClip("no-such-clip==1.0", published.sha256, ""), tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert "without --footage" in str(caught.value)
    assert list((tmp_path / "cache").iterdir()) == []
