"""Whom a live session is about: a person known from a static trial, or anybody."""

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
from valgus.live.config import LiveConfig
from valgus.offline.session_files import laid_out

Person = KeypointTrial | KeypointSet
"""A static trial of the rig's cameras, in its order; or only what the detectors will emit."""


def plates_of(config: LiveConfig) -> TagPlates | None:
    """The tag plates that the subject wears; CaptureError where their file cannot be read."""
    worn = config.subject and config.subject.tags
    return read_tag_plates(Path(worn)) if worn else None


def tags_of(config: LiveConfig, plates: TagPlates | None, static: Person) -> TagTrial | None:
    """Where the plates were seen in the static trial.

    Raises
    ------
    ValgusError : plates are worn, and the static trial shows none
    CaptureError : the sightings cannot be read
    """
    if plates is None or config.subject is None or not isinstance(static, KeypointTrial):
        return None
    folder = Path(config.subject.static)
    seen = read_tags(folder, plates, static.cameras, static.frames)
    if seen is None or not np.isfinite(seen.corners).any():
        raise ValgusError(
            f"{folder}: shows none of the plates of {config.subject.tags}; record the static trial with nodes that "
            "look for them (tags in NODE.toml), or leave out tags under [subject]"
        )
    return seen


def person_of(config: LiveConfig, rig: Rig) -> Person:
    """Read the static trial of a configuration, where it names one.

    Raises
    ------
    CaptureError, ValgusError : the trial cannot be read, or was recorded with other cameras or keypoints
    """
    emitted = keypoint_set(config.keypoint_set)
    if config.subject is None:
        return emitted
    static = read_keypoint_trial(Path(config.subject.static), None, config.subject.fps)
    if static.keypoint_set != emitted:
        raise ValgusError(
            f"{config.subject.static}: holds {static.keypoint_set.name} where the session expects {emitted.name}; "
            "set keypoint_set to what the nodes' detectors emit, and record the static trial with them"
        )
    return laid_out(static, match_cameras(static.cameras, rig.names).names, rig.names)


def keypoints_of(person: Person) -> KeypointSet:
    """What the detectors emit."""
    return person.keypoint_set if isinstance(person, KeypointTrial) else person
