"""A folder of footage: `<camera>.mp4` or `<camera>/*.png`, and how cameras of two folders correspond."""

import re
from collections.abc import Sequence
from pathlib import Path

from calibration.errors import CalibrationError
from calibration.footage.clips import Clip
from calibration.footage.pictures import PictureClip
from calibration.footage.video import VideoClip

VIDEO_SUFFIXES = (".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mjpeg")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


def open_folder(folder: Path | str) -> list[Clip]:
    """Clips of every camera in a folder, sorted by camera name."""
    folder = Path(folder)
    if not folder.is_dir():
        raise CalibrationError(f"{folder}: is not a folder; give one that holds <camera>.mp4 or <camera>/*.png")
    clips: list[Clip] = []
    visible = [path for path in folder.iterdir() if not path.name.startswith(".")]
    for path in sorted(visible, key=lambda path: natural_order(path.stem)):
        if path.is_dir():
            files = tuple(sorted(_with_suffix(path, PICTURE_SUFFIXES), key=lambda file: natural_order(file.stem)))
            if files:
                clips.append(PictureClip(path.name, path, files))
            else:
                clips += [VideoClip(path.name, video) for video in sorted(_with_suffix(path, VIDEO_SUFFIXES))[:1]]
        elif path.suffix.lower() in VIDEO_SUFFIXES:
            clips.append(VideoClip(path.stem, path))
    if not clips:
        raise CalibrationError(f"{folder}: holds no footage; put <camera>.mp4 or <camera>/*.png (or .jpg) there")
    names = [clip.name for clip in clips]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise CalibrationError(f"{folder}: camera '{twice[0]}' has a video and a folder of pictures; keep one")
    return clips


def matched(wanted: Sequence[str], clips: Sequence[Clip], folder: Path) -> tuple[dict[str, Clip], list[str]]:
    """Clip of each wanted camera, and a notice when names had to be guessed from the order.

    Names agree when they are equal after dropping everything but letters and digits.  Without a single agreement the
    sorted order decides if the numbers are equal; a partial agreement is an error.
    """
    by_key = {name_key(clip.name): clip for clip in clips}
    found = {name: by_key[name_key(name)] for name in wanted if name_key(name) in by_key}
    if len(found) == len(wanted):
        return found, []
    have = ", ".join(clip.name for clip in clips)
    if found or len(clips) != len(wanted):
        missing = next(name for name in wanted if name not in found)
        raise CalibrationError(f"{folder}: has no footage of camera '{missing}'; it has {have}")
    pairs = list(zip(sorted(wanted, key=natural_order), clips, strict=True))
    listed = ", ".join(f"{name} = {clip.name}" for name, clip in pairs)
    return dict(pairs), [f"camera names do not match, cameras were paired in sorted order: {listed}"]


def name_key(name: str) -> str:
    """What of a camera's name counts."""
    return re.sub(r"[^0-9a-z]", "", name.lower())


def natural_order(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sorting key that puts cam2 before cam10."""
    parts = re.findall(r"\d+|\D+", name.lower())
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts)


def _with_suffix(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix.lower() in suffixes and not path.name.startswith(".")]
