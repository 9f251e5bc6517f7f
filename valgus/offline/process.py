"""Process one recorded movement: load, reconstruct, write."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from calibration.formats.aniposelib import read_rig
from capture.types import KeypointTrial
from reconstruct.estimator.known_body import KnownBody
from reconstruct.noise_profiles import noise_profile
from reconstruct.pipeline import Reconstruction, reconstruct_session
from reconstruct.pixel_noise import PixelNoise
from reconstruct.recording import Purpose
from reconstruct.tracking.suspects import suspect_notices
from valgus.offline.chosen_people import MOST_CENTRAL, Choice, ChosenPerson, chosen_people
from valgus.offline.image_size import check_image_sizes
from valgus.offline.movement_analysis import MovementAnalysis, analyse
from valgus.offline.results import repairs, reprojection, sync_errors_ms, write_results
from valgus.offline.session_files import RecordedSession, align_session
from valgus.offline.subject_file import read_subject
from valgus.offline.tag_files import tag_notices, with_tags

TrialReader = Callable[[Path], KeypointTrial]


@dataclass(frozen=True)
class ProcessRequest:
    """What to process: the rig, the movement, trials to learn from, and where the results go."""

    rig: Path
    movement: Path
    static: Path | None
    functional: Path | None
    triangulation: str
    out: Path
    subject: Path | None = None
    people: Choice = MOST_CENTRAL

    @property
    def folders(self) -> dict[Purpose, Path]:
        """Folders of the trials that there are, in the order in which they teach each other."""
        given = {Purpose.STATIC: self.static, Purpose.FUNCTIONAL: self.functional, Purpose.MOVEMENT: self.movement}
        return {purpose: folder for purpose, folder in given.items() if folder is not None}


@dataclass(frozen=True, eq=False)
class _Result:
    """One person's results, and where they go."""

    folder: Path
    found: Reconstruction
    analysed: MovementAnalysis
    summary: dict[str, Any]


def process(request: ProcessRequest, read_trial: TrialReader) -> dict[Path, dict[str, Any]]:
    """Process a movement and return the summary of every folder written: one, or one per person asked for.

    Nothing is written before everybody is done; every file named is written when this returns.
    """
    started = perf_counter()
    rig = read_rig(request.rig)
    folders = request.folders
    session = align_session(rig, [read_trial(folder) for folder in folders.values()])
    recorded = with_tags(session, folders)
    notices = session.notices + tag_notices(recorded, folders) + check_image_sizes(session.rig, session.trials[-1])
    session = replace(session, notices=notices + _missing_trials(request))
    load_s = perf_counter() - started
    noise = noise_profile(session.trials[-1].keypoint_set)
    known = None if request.subject is None else read_subject(request.subject)
    people = chosen_people(session.rig, recorded, noise, request.people)
    results = [_result(request, session, person, noise, known, load_s) for person in people]
    return {
        each.folder: write_results(each.folder, session.rig, each.found, each.analysed, each.summary, request.movement)
        for each in results
    }


def _result(
    request: ProcessRequest,
    session: RecordedSession,
    person: ChosenPerson,
    noise: PixelNoise,
    known: KnownBody | None,
    load_s: float,
) -> _Result:
    found = reconstruct_session(session.rig, person.recordings, noise, request.triangulation, known)
    found = _counted_from_first_frame(found, session)
    notices = session.notices + person.notices + found.notices + suspect_notices(session.rig.names, found.views)
    reconstructed = perf_counter()
    analysed = analyse(found)
    summary = _summary(session, found, notices, load_s)
    summary["person"], summary["knees"] = person.number, analysed.knees
    summary["seconds"]["analyse"] = round(perf_counter() - reconstructed, 4)
    folder = request.out / f"person{person.number}" if request.people.several else request.out
    return _Result(folder, found, analysed, summary)


def _missing_trials(request: ProcessRequest) -> tuple[str, ...]:
    """What the trials that were not recorded cost, as measured on drop jumps; squats need them less."""
    notices: list[str] = []
    if request.static is None and request.subject is None:
        notices.append(
            "no --static trial: body and detector offsets are learned from the movement itself; in landings that costs "
            "about 0.7 deg of hip adduction and 0.4 deg of apparent valgus; standard errors are larger, most of all "
            "that of hip adduction"
        )
    if request.functional is None and request.subject is None:
        notices.append(
            "no --functional trial (leg swings, shallow squats): in landings that costs about 0.3 deg of hip adduction "
            "and apparent valgus"
        )
    return tuple(notices)


def _counted_from_first_frame(found: Reconstruction, session: RecordedSession) -> Reconstruction:
    """Times of all results counted from the first exposure of any camera."""
    first = float(np.nanmin(session.trials[-1].time_s))
    points = replace(found.points, time_s=found.points.time_s - first)
    angles = replace(found.angles, time_s=found.angles.time_s - first)
    return replace(found, points=points, angles=angles)


def _summary(
    session: RecordedSession, found: Reconstruction, notices: tuple[str, ...], load_s: float
) -> dict[str, Any]:
    movement = session.trials[-1]
    steps = np.diff(found.angles.time_s)
    return {
        "frames": movement.frames,
        "cameras": len(session.rig),
        "keypoint_set": movement.keypoint_set.name,
        "fps": round(1.0 / float(np.median(steps)), 4) if len(steps) else None,
        "reprojection_px": reprojection(session.rig, found),
        "repaired": repairs(session.rig, found),
        "sync_error_ms": sync_errors_ms(movement),
        "seconds": {
            "load": round(load_s, 4),
            "triangulate": round(found.triangulate_s, 4),
            "estimate": round(found.estimate_s, 4),
        },
        "notices": list(notices),
    }
