"""Whom a live session is about: people known from static trials, or anybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capture.camera_match import match_cameras
from capture.keypoint_files.tag_trial import read_tags
from capture.keypoint_files.tags import TagPlates, TagTrial, read_tag_plates
from capture.keypoint_files.trial import read_keypoint_trial
from capture.keypoint_sets import KeypointSet, keypoint_set
from capture.types import KeypointTrial
from geometry.rig import Rig
from valgus.errors import ValgusError
from valgus.live.config import LiveConfig, SubjectTable
from valgus.offline.session_files import laid_out

Person = KeypointTrial | KeypointSet
"""A static trial of the rig's cameras, in its order; or only what the detectors will emit."""


@dataclass(frozen=True)
class KnownSubject:
    """One subject before the first frame: the person, the tag plates worn, and where the static trial shows them."""

    person: Person
    plates: TagPlates | None = None
    tags: TagTrial | None = None


def known_subjects(config: LiveConfig, rig: Rig) -> tuple[KnownSubject, ...]:
    """Read what a configuration says of every subject.

    Raises
    ------
    CaptureError, ValgusError : a trial or its plates cannot be read, or belong to other cameras or keypoints
    """
    emitted = keypoint_set(config.keypoint_set)
    return tuple(KnownSubject(emitted) if table is None else _known(table, emitted, rig) for table in config.people)


def plates_of(subjects: Iterable[KnownSubject]) -> TagPlates | None:
    """The tag plates that one of the subjects wears, if any does."""
    return next((subject.plates for subject in subjects if subject.plates is not None), None)


def _known(table: SubjectTable, emitted: KeypointSet, rig: Rig) -> KnownSubject:
    person = _person(table, emitted, rig)
    if table.tags is None:
        return KnownSubject(person)
    plates = read_tag_plates(Path(table.tags))
    return KnownSubject(person, plates, _tags(table, plates, person))


def _tags(table: SubjectTable, plates: TagPlates, static: KeypointTrial) -> TagTrial:
    folder = Path(table.static)
    seen = read_tags(folder, plates, static.cameras, static.frames)
    if seen is None or not np.isfinite(seen.corners).any():
        raise ValgusError(
            f"{folder}: shows none of the plates of {table.tags}; record the static trial with nodes that "
            "look for them (tags in NODE.toml), or leave out tags under [subject]"
        )
    return seen


def _person(table: SubjectTable, emitted: KeypointSet, rig: Rig) -> KeypointTrial:
    static = read_keypoint_trial(Path(table.static), None, table.fps)
    if static.keypoint_set != emitted:
        raise ValgusError(
            f"{table.static}: holds {static.keypoint_set.name} where the session expects {emitted.name}; "
            "set keypoint_set to what the nodes' detectors emit, and record the static trial with them"
        )
    return laid_out(static, match_cameras(static.cameras, rig.names).names, rig.names)


def keypoints_of(person: Person) -> KeypointSet:
    """What the detectors emit."""
    return person.keypoint_set if isinstance(person, KeypointTrial) else person
