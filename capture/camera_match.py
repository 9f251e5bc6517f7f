"""Which camera of a recording is which camera of the rig, by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from capture.errors import CaptureError

_DIGITS = re.compile(r"(\d+)")
_NOISE = re.compile(r"json|[^0-9a-z]")


@dataclass(frozen=True)
class CameraMatch:
    """`names` holds the rig's name of each recorded camera, in recorded order; `notices` what was assumed."""

    names: tuple[str, ...]
    notices: tuple[str, ...] = ()


def natural_key(name: str) -> list[str | int]:
    """Sort key that puts `cam_2` before `cam_10`."""
    return [int(part) if part.isdecimal() else part.lower() for part in _DIGITS.split(name)]


def match_cameras(recorded: Sequence[str], rig: Sequence[str]) -> CameraMatch:
    """Match recorded cameras to the rig's by name.

    Names are compared in lower case without `json` and without anything but letters and digits.  When no name
    matches and the counts are equal, both lists are matched in natural order.  Rig cameras without a recording are
    fine and mentioned.

    Raises
    ------
    CaptureError : some cameras match and others do not, the counts differ, or two names are the same
    """
    rig_by_key = _by_plain_name(rig, "the rig")
    recorded_by_key = _by_plain_name(recorded, "the recording")
    strangers = [name for key, name in recorded_by_key.items() if key not in rig_by_key]
    if not strangers:
        return _all_matched([rig_by_key[key] for key in recorded_by_key], rig)
    if len(strangers) == len(recorded) == len(rig):
        return _in_order(recorded, rig)
    raise CaptureError(
        f"camera '{strangers[0]}' of the recording is not in the rig, which has {', '.join(rig)}; "
        f"the recording has {', '.join(recorded)}: rename one of them"
    )


def _by_plain_name(names: Sequence[str], where: str) -> dict[str, str]:
    by_key: dict[str, str] = {}
    for name in names:
        key = _NOISE.sub("", name.lower())
        if key in by_key:
            raise CaptureError(
                f"cameras '{by_key[key]}' and '{name}' of {where} have the same name apart from punctuation; rename one"
            )
        by_key[key] = name
    return by_key


def _all_matched(names: list[str], rig: Sequence[str]) -> CameraMatch:
    unused = [name for name in rig if name not in names]
    notices = (f"rig camera(s) without a recording: {', '.join(unused)}",) if unused else ()
    return CameraMatch(tuple(names), notices)


def _in_order(recorded: Sequence[str], rig: Sequence[str]) -> CameraMatch:
    pairs = dict(zip(sorted(recorded, key=natural_key), sorted(rig, key=natural_key), strict=True))
    assumed = ", ".join(f"{mine} = {theirs}" for mine, theirs in pairs.items())
    notice = f"no camera name matches the rig; cameras were matched in sorted order: {assumed}"
    return CameraMatch(tuple(pairs[name] for name in recorded), (notice,))
