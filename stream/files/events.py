"""events.csv: what happened when in a trial."""

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec

from stream.errors import StreamError
from stream.files.replacing import replacing
from stream.files.text import text_lines

COLUMNS = ["time", "label", "context"]


class TrialEvent(msgspec.Struct, frozen=True):
    """Something that happened `time_s` after the trial's first frame; `context` is `Left`, `Right` or `General`."""

    time_s: float
    label: str
    context: str = "General"


def write_events(path: Path, events: Sequence[TrialEvent]) -> None:
    """Write one row per event in the order of time.

    Raises
    ------
    StreamError : the file system refuses
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for event in sorted(events, key=lambda event: event.time_s):
            writer.writerow([repr(event.time_s), event.label, event.context])


def read_events(path: Path) -> tuple[TrialEvent, ...]:
    """Events of a trial folder; none where the file does not exist.

    Raises
    ------
    StreamError : another header, or a row that is not time, label and context
    """
    if not path.exists():
        return ()
    rows = list(csv.reader(text_lines(path)))
    if not rows or rows[0] != COLUMNS:
        raise StreamError(f"{path} must begin with the line '{','.join(COLUMNS)}'")
    return tuple(_event(path, number, row) for number, row in enumerate(rows[1:], start=2) if row)


def _event(path: Path, number: int, row: list[str]) -> TrialEvent:
    try:
        time, label, context = row
        return TrialEvent(float(time), label, context)
    except ValueError as error:
        raise StreamError(f"{path}, row {number}: '{','.join(row)}' is not {','.join(COLUMNS)}") from error
