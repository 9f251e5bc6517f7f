"""Reading C3D: markers, Plug-in Gait angles, analog channels and events of any program's file."""

import tempfile
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from reconstruct.types import PointTrial
from stream.errors import StreamError
from stream.files.analog import AnalogTrial
from stream.files.axes import z_up
from stream.files.c3d_channels import SCALARS, TIME, joined_time
from stream.files.c3d_child import C3dWords, read_into
from stream.files.c3d_header import read_c3d_header
from stream.files.events import TrialEvent
from stream.files.marker_trial import marker_trial
from stream.files.numbers import check_times
from stream.files.trc import METRES, LengthUnit, VerticalAxis

Array = NDArray[np.float64]

NOT_PLACES = ("FORCES", "MOMENTS", "POWERS", SCALARS)
FARTHEST_M = 1000.0
ADDRESS_SPACE_BYTES, BYTES_PER_FILE_BYTE = 2 << 30, 30
SECONDS, FILE_BYTES_PER_SECOND = 30.0, 1e6


@dataclass(frozen=True, eq=False)
class C3dTrial:
    """A C3D file; times count from its first frame.

    Attributes
    ----------
    markers : every point that is a place, metres, Z up
    angles_deg : (F, 3) by label for the points listed in POINT:ANGLES, degrees
    analog : its analog channels, or None
    events : in the file's order
    notices : what was left out
    """

    markers: PointTrial
    angles_deg: dict[str, Array]
    analog: AnalogTrial | None
    events: tuple[TrialEvent, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Samples:
    """Arrays of a C3D file as stored: (F, N, 3), (F, N), (S, C) and the event times."""

    xyz: Array
    residuals: Array
    analog: Array
    event_times: Array


def read_c3d(path: Path, unit: LengthUnit | None = None, up: VerticalAxis | None = None) -> C3dTrial:
    """Read a C3D file of Intel or DEC numbers; of several subjects the first.

    Parameters
    ----------
    path : C3D file
    unit : what lengths are in, where POINT:UNITS is known to be wrong
    up : the file's vertical axis; by default y where POINT:Y_SCREEN says so, else z

    Raises
    ------
    StreamError : not a C3D file, cut short, damaged, or in an unknown unit of length
    """
    header = read_c3d_header(path)
    words, samples = _read_in_child(path)
    if header.frames_are_exact and len(samples.xyz) != header.frames:
        raise StreamError(f"{path} claims {header.frames} frames and holds {len(samples.xyz)}; export it again")
    words = msgspec.structs.replace(words, unit=unit or words.unit, vertical=f"+{up.upper()}" if up else words.vertical)
    _check(path, words, samples)
    places = _columns_by_label(words)
    values = np.where((samples.residuals < 0)[..., None], np.nan, samples.xyz)
    time_s = np.arange(len(values)) / words.rate_hz
    if TIME in places and TIME in _group(words, SCALARS):
        time_s = joined_time(values[:, places[TIME]])
        check_times(path, time_s)
    degrees = np.rad2deg(1.0) if words.angle_unit.startswith("rad") else 1.0
    angles = {label: degrees * values[:, places.pop(label)] for label in _group(words, "ANGLES") if label in places}
    for label in (label for name in NOT_PLACES for label in _group(words, name)):
        places.pop(label, None)
    return C3dTrial(
        markers=_markers(path, words, time_s, {label: values[:, column] for label, column in places.items()}),
        angles_deg=angles,
        analog=_analog(words, samples.analog),
        events=_events(words, samples.event_times),
        notices=_further_subjects(words),
    )


def _read_in_child(path: Path) -> tuple[C3dWords, _Samples]:
    size = path.stat().st_size
    with tempfile.TemporaryDirectory(prefix="valgus-c3d-") as folder:
        target = Path(folder) / "content.npz"
        limit = ADDRESS_SPACE_BYTES + BYTES_PER_FILE_BYTE * size
        child = get_context("spawn").Process(target=read_into, args=(str(path), str(target), limit))
        child.start()
        child.join(SECONDS + size / FILE_BYTES_PER_SECOND)
        if child.is_alive():
            child.kill()
            child.join()
        if child.exitcode != 0 or not target.exists():
            raise StreamError(f"{path}: its parameter section is damaged, nothing was read; export it again")
        with np.load(target, allow_pickle=False) as stored:
            words = msgspec.json.decode(stored["words"].tobytes(), type=C3dWords)
            return words, _Samples(stored["xyz"], stored["residuals"], stored["analog"], stored["event_times"])


def _check(path: Path, words: C3dWords, samples: _Samples) -> None:
    if words.unit not in METRES:
        raise StreamError(f"{path}: POINT:UNITS is '{words.unit}'; it must be one of {', '.join(METRES)}")
    if not words.rate_hz > 0 or not len(samples.xyz):
        raise StreamError(f"{path} holds {len(samples.xyz)} frames at {words.rate_hz:g} Hz; export it again")
    if len(words.labels) < samples.xyz.shape[1]:
        raise StreamError(f"{path} holds {samples.xyz.shape[1]} points and {len(words.labels)} labels; export it again")


def _columns_by_label(words: C3dWords) -> dict[str, int]:
    """Column of every label without its subject; unlabelled trajectories (`*12`) and further subjects left out."""
    of_interest = ("", *_subjects(words)[:1])
    columns: dict[str, int] = {}
    for column, label in enumerate(words.labels):
        subject, _, name = label.rpartition(":")
        if subject in of_interest and name and not name.startswith("*"):
            columns.setdefault(name, column)
    return columns


def _subjects(words: C3dWords) -> list[str]:
    return list(dict.fromkeys(label.rpartition(":")[0] for label in words.labels if ":" in label))


def _further_subjects(words: C3dWords) -> tuple[str, ...]:
    first, *others = _subjects(words) or [""]
    return (f"subject '{first}' was read, {', '.join(others)} left out",) if others else ()


def _group(words: C3dWords, name: str) -> list[str]:
    return [label.rpartition(":")[2] for label in words.groups[name]]


def _markers(path: Path, words: C3dWords, time_s: Array, values: dict[str, Array]) -> PointTrial:
    xyz = np.stack(list(values.values()), axis=1) if values else np.zeros((len(time_s), 0, 3))
    xyz = np.where((xyz == 0.0).all(axis=-1, keepdims=True), np.nan, xyz * METRES[words.unit])
    if np.nanmax(np.abs(xyz), initial=0.0) > FARTHEST_M:
        raise StreamError(f"{path}: a point is more than {FARTHEST_M:g} m away, the file is damaged; export it again")
    return marker_trial(time_s, tuple(values), z_up(xyz) if words.vertical == "+Y" else xyz)


def _analog(words: C3dWords, values: Array) -> AnalogTrial | None:
    if not values.size or not words.analog_rate_hz > 0:
        return None
    names = _unique([*words.analog_labels, *[""] * values.shape[1]][: values.shape[1]])
    units = [*words.analog_units, *[""] * values.shape[1]][: values.shape[1]]
    return AnalogTrial(np.arange(len(values)) / words.analog_rate_hz, names, tuple(units), values)


def _unique(names: list[str]) -> tuple[str, ...]:
    """Names with a number behind those that are empty or stand twice."""
    return tuple(
        name if name and names.index(name) == i and name != "time" else f"{name or 'analog'}_{i + 1}"
        for i, name in enumerate(names)
    )


def _events(words: C3dWords, times: Array) -> tuple[TrialEvent, ...]:
    """Events; TIMES holds minutes and seconds since frame 1, as two rows or flattened."""
    minutes, seconds = times if times.ndim == 2 else times.reshape(-1, 2).T
    start_s = words.first_frame / words.rate_hz
    since_first_frame = (60.0 * minutes + seconds - start_s).tolist()
    named = zip(since_first_frame, words.event_labels, words.event_contexts, strict=False)
    return tuple(TrialEvent(time, label, context) for time, label, context in named)
