"""Rigid plates with ArUco tags on body segments: `tags.toml` describes them, `tags.csv` holds where they were seen.

`tags.csv` has the columns camera, frame, tag_id, x0, y0, ... x3, y3 in px, corners in OpenCV's ArUco order
(top-left, top-right, bottom-right, bottom-left, seen from outside).
"""

import csv
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from capture.camera_match import match_cameras
from capture.errors import CaptureError
from capture.types import Array

PLATES_FILE = "tags.toml"
SIGHTINGS_FILE = "tags.csv"
_CORNERS = ("x0", "y0", "x1", "y1", "x2", "y2", "x3", "y3")
_COLUMNS = ("camera", "frame", "tag_id", *_CORNERS)


class _Plate(msgspec.Struct, forbid_unknown_fields=True):
    segment: str
    place: str
    size_m: float


class _PlateFile(msgspec.Struct, forbid_unknown_fields=True):
    dictionary: str
    tags: dict[int, _Plate]


@dataclass(frozen=True)
class TagPlates:
    """T plates: tag `ids`, body `segments` and `places` on them, edge lengths `sizes_m` of the printed squares."""

    dictionary: str
    ids: tuple[int, ...]
    segments: tuple[str, ...]
    places: tuple[str, ...]
    sizes_m: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class TagTrial:
    """Sightings of T plates by C cameras over F frames: `corners` (C, F, T, 4, 2) px, NaN where not seen."""

    cameras: tuple[str, ...]
    plates: TagPlates
    corners: Array
    notices: tuple[str, ...] = ()


def read_tag_plates(path: Path) -> TagPlates:
    """Plates of a `tags.toml`: `dictionary` and one table `[tags.ID]` with segment, place and size_m per plate."""
    try:
        content = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _PlateFile, strict=False)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CaptureError(f"{path}: not a description of tags ({error})") from None
    if bad := [number for number, plate in content.tags.items() if not 0 < plate.size_m < 1]:
        raise CaptureError(f"{path}: tag {bad[0]}: size_m {content.tags[bad[0]].size_m:g} is not between 0 and 1 metre")
    plates = content.tags.values()
    return TagPlates(
        dictionary=content.dictionary,
        ids=tuple(content.tags),
        segments=tuple(plate.segment for plate in plates),
        places=tuple(plate.place for plate in plates),
        sizes_m=tuple(plate.size_m for plate in plates),
    )


def usual_plates(size_m: float) -> TagPlates:
    """Nine plates of equal size: one on the sacrum, two on every thigh and shank."""
    worn = [("pelvis", "sacrum")]
    worn += [
        (f"{bone}_{side}", place) for side in "rl" for bone in ("femur", "tibia") for place in ("lateral", "anterior")
    ]
    segments, places = zip(*worn, strict=True)
    return TagPlates("DICT_4X4_50", tuple(range(len(worn))), segments, places, (size_m,) * len(worn))


def tag_plates_toml(plates: TagPlates) -> str:
    """Text of a `tags.toml`."""
    rows = zip(plates.ids, plates.segments, plates.places, plates.sizes_m, strict=True)
    tables = (
        f'\n[tags.{number}]\nsegment = "{segment}"\nplace = "{place}"\nsize_m = {size:g}\n'
        for number, segment, place, size in rows
    )
    return f'dictionary = "{plates.dictionary}"\n' + "".join(tables)


def read_tag_trial(path: Path, plates: TagPlates, cameras: Sequence[str], frames: int) -> TagTrial:
    """Sightings of a `tags.csv`, laid out for these cameras and frames; unknown tags are left out with a notice.

    Raises
    ------
    CaptureError : the file cannot be read, a value is no number, or a camera or frame is not in the trial
    """
    sightings = list(_sightings(path))
    seen_by = tuple(dict.fromkeys(sighting.camera for sighting in sightings))
    match = match_cameras(seen_by, cameras)
    row_of = {mine: cameras.index(theirs) for mine, theirs in zip(seen_by, match.names, strict=True)}
    place_of = {tag: place for place, tag in enumerate(plates.ids)}
    corners = np.full((len(cameras), frames, len(plates.ids), 4, 2), np.nan)
    for sighting in sightings:
        if not 0 <= sighting.frame < frames:
            raise CaptureError(f"{path}: frame {sighting.frame} is not in the trial, which has {frames} frames")
        if sighting.tag in place_of:
            corners[row_of[sighting.camera], sighting.frame, place_of[sighting.tag]] = sighting.corners
    strangers = sorted({sighting.tag for sighting in sightings} - set(plates.ids))
    notices = (f"tag(s) {', '.join(map(str, strangers))} are not in {PLATES_FILE} and were left out",)
    return TagTrial(tuple(cameras), plates, corners, notices if strangers else ())


@dataclass(frozen=True, eq=False)
class _Sighting:
    camera: str
    frame: int
    tag: int
    corners: Array


def _sightings(path: Path) -> Iterator[_Sighting]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file)
            if lacking := [column for column in _COLUMNS if column not in (table.fieldnames or ())]:
                raise CaptureError(f"{path}: has no column '{lacking[0]}'; it needs {','.join(_COLUMNS)}")
            for row in table:
                yield _sighting(path, table.line_num, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CaptureError(f"{path}: cannot be read ({error})") from None


def _sighting(path: Path, line: int, row: dict[str, str]) -> _Sighting:
    try:
        corners = np.array([float(row[column]) for column in _CORNERS]).reshape(4, 2)
        return _Sighting(row["camera"], int(row["frame"]), int(row["tag_id"]), corners)
    except (TypeError, ValueError):
        raise CaptureError(f"{path}: line {line}: a frame, tag or corner is not a number") from None
