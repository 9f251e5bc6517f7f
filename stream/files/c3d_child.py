# ezc3d's types are those of a SWIG wrapper:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownParameterType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""ezc3d at work in a process of its own.

A damaged parameter section can make ezc3d crash, hang or ask for all memory; here that ends this process only.  What
it read goes to an .npz file: plain arrays, and the words as JSON bytes.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

Parameters = Mapping[str, Mapping[str, Any]]


class C3dWords(msgspec.Struct, frozen=True):
    """Everything in a C3D file that is not an array of samples."""

    labels: tuple[str, ...]
    unit: str
    angle_unit: str
    vertical: str
    groups: dict[str, tuple[str, ...]]
    rate_hz: float
    first_frame: int
    analog_labels: tuple[str, ...]
    analog_units: tuple[str, ...]
    analog_rate_hz: float
    event_labels: tuple[str, ...]
    event_contexts: tuple[str, ...]


def read_into(source: str, target: str, address_space_bytes: int) -> None:
    """Read the C3D file `source` and write what it holds to `target` (.npz); exit with 1 where that fails."""
    _be_quiet()
    _limit_memory(address_space_bytes)
    import ezc3d

    try:
        content = ezc3d.c3d(source)
        _store(content, Path(target))
    except (RuntimeError, OSError, ValueError, KeyError, IndexError, TypeError, MemoryError):
        sys.exit(1)


def _be_quiet() -> None:
    """Send what C++ or a crash would print nowhere: the parent has one line for the user."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.dup2(nowhere, sys.stderr.fileno())


def _limit_memory(address_space_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the header's check and the time limit remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (address_space_bytes, address_space_bytes))


def _store(content: Any, target: Path) -> None:
    parameters: Parameters = content["parameters"]
    point, analog = parameters["POINT"], parameters.get("ANALOG", {})
    header = content["header"]
    words = C3dWords(
        labels=_all_words(point, "LABELS"),
        unit=_first_word(point, "UNITS"),
        angle_unit=_first_word(point, "ANGLE_UNITS"),
        vertical=_first_word(point, "Y_SCREEN"),
        groups={name: _all_words(point, name) for name in ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS")},
        rate_hz=float(header["points"]["frame_rate"]),
        first_frame=int(header["points"]["first_frame"]),
        analog_labels=_all_words(analog, "LABELS"),
        analog_units=_all_words(analog, "UNITS"),
        analog_rate_hz=float(header["analogs"]["frame_rate"]),
        event_labels=_all_words(parameters.get("EVENT", {}), "LABELS"),
        event_contexts=_all_words(parameters.get("EVENT", {}), "CONTEXTS"),
    )
    data = content["data"]
    np.savez(
        target,
        xyz=data["points"][:3].transpose(2, 1, 0),
        residuals=data["meta_points"]["residuals"][0].T,
        analog=data["analogs"][0].T,
        event_times=np.asarray(parameters.get("EVENT", {}).get("TIMES", {"value": []})["value"], dtype=float),
        words=np.frombuffer(msgspec.json.encode(words), dtype=np.uint8),
    )


def _all_words(group: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Words of a parameter and of its continuations (`LABELS`, `LABELS2`, ...: each holds at most 255)."""
    names = [name, *(f"{name}{i}" for i in range(2, 100) if f"{name}{i}" in group)]
    return tuple(str(word).strip() for part in names if part in group for word in group[part]["value"])


def _first_word(group: Mapping[str, Any], name: str) -> str:
    return (*_all_words(group, name), "")[0]
