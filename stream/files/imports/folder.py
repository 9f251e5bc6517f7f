"""Imported trials as trial folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from stream.errors import NoTrialError
from stream.files.analog import write_analog
from stream.files.events import write_events
from stream.files.imports.sources import TrialSource, find_trials
from stream.files.imports.trial import Answers, ImportedTrial, import_trial
from stream.files.rates import mean_rate_hz
from stream.files.replacing import filling
from stream.files.trial_folder import TrialResults, write_trial


@dataclass(frozen=True)
class ImportReport:
    """Folders that were written, and what the user should know about each import."""

    folders: tuple[Path, ...]
    notices: tuple[str, ...]


def import_into(path: Path, out: Path, answers: Answers) -> ImportReport:
    """Import everything that `path` holds: one trial into `out` itself, several into folders below it.

    Everything is read before anything is written.

    Raises
    ------
    StreamError : nothing to import, or a file that cannot be used
    """
    trials, skipped = _read_all(find_trials(path), answers)
    folders = [out] if len(trials) == 1 else [out / source.name for source, _ in trials]
    for (source, trial), folder in zip(trials, folders, strict=True):
        _write(folder, source, trial)
    said = (f"{source.name}: {notice}" for source, trial in trials for notice in trial.notices)
    return ImportReport(tuple(folders), (*skipped, *said))


def _read_all(
    sources: Sequence[TrialSource], answers: Answers
) -> tuple[list[tuple[TrialSource, ImportedTrial]], list[str]]:
    trials: list[tuple[TrialSource, ImportedTrial]] = []
    skipped: list[str] = []
    for source in sources:
        try:
            trials.append((source, import_trial(source, answers)))
        except NoTrialError as error:
            skipped.append(f"left out: {error}")
            if len(sources) == len(skipped):
                raise
    return trials, skipped


def _write(folder: Path, source: TrialSource, trial: ImportedTrial) -> None:
    summary = {
        "frames": len(trial.angles.time_s),
        "fps": mean_rate_hz(trial.angles.time_s),
        "source": {"files": [str(file) for file in source.files], "start_s": trial.start_s},
        "notices": list(trial.notices),
    }
    with filling(folder) as temporary:
        write_trial(temporary, TrialResults(trial.angles, trial.points, trial.pelvis_position))
        if trial.events:
            write_events(temporary / "events.csv", trial.events)
        if trial.analog is not None:
            write_analog(temporary / "analog.parquet", trial.analog)
        (temporary / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=1))
