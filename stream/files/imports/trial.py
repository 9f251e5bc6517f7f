"""One trial of another program as our results: its angles as given, and what its joint centres say besides."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial, PointTrial
from stream.errors import NoTrialError
from stream.files.analog import AnalogTrial
from stream.files.angle_trial import angles_without_error
from stream.files.c3d_read import C3dTrial, read_c3d
from stream.files.events import TrialEvent
from stream.files.imports.centre_names import with_keypoint_names
from stream.files.imports.completion import completed
from stream.files.imports.plausibility import check_scale, check_upright
from stream.files.imports.sources import TrialSource
from stream.files.marker_trial import marker_trial
from stream.files.mot import AngleUnit, Motion, read_mot
from stream.files.plug_in_gait import from_plug_in_gait
from stream.files.trc import LengthUnit, VerticalAxis, read_trc

Array = NDArray[np.float64]

NO_ERRORS = "standard errors are unknown: other programs give none"
PELVIS_BY_HEADING = "pelvis angles count from the lab axis nearest to the heading, as Plug-in Gait has them"


@dataclass(frozen=True)
class Answers:
    """The user's word on what files leave open; None accepts a file's own, if it is plausible.

    Attributes
    ----------
    angle_unit : of motion files
    length_unit, up : of TRC and C3D files: unit of length and vertical axis
    """

    angle_unit: AngleUnit | None = None
    length_unit: LengthUnit | None = None
    up: VerticalAxis | None = None


@dataclass(frozen=True, eq=False)
class ImportedTrial:
    """A trial whose times count from its first frame; `start_s` is what its files call that moment."""

    angles: AngleTrial
    points: PointTrial | None
    pelvis_position: Array | None
    analog: AnalogTrial | None
    events: tuple[TrialEvent, ...]
    start_s: float
    notices: tuple[str, ...]


def import_trial(source: TrialSource, answers: Answers) -> ImportedTrial:
    """Read the files of a trial and put them on one time base: that of the angles, else that of the markers.

    Raises
    ------
    StreamError : a file that cannot be read, or whose scale or vertical axis is implausible
    NoTrialError : files that hold neither points nor joint angles
    """
    c3d = read_c3d(source.c3d, answers.length_unit, answers.up) if source.c3d is not None else None
    motion = read_mot(source.motion, answers.angle_unit) if source.motion is not None else None
    points = _points(source, c3d, answers)
    given = _given_angles(source, motion, c3d, points)
    points = None if points is None else _at_times(points, given.time_s)
    complete = completed(given.values, points)
    start_s = float(given.time_s[0])
    time_s = given.time_s - start_s
    return ImportedTrial(
        angles=angles_without_error(time_s, complete.values),
        points=None if points is None else replace(points, time_s=time_s),
        pelvis_position=None if motion is None else motion.pelvis_position,
        analog=None if c3d is None else c3d.analog,
        events=() if c3d is None else c3d.events,
        start_s=start_s,
        notices=(NO_ERRORS, *_about(motion, c3d), *complete.notices),
    )


def _points(source: TrialSource, c3d: C3dTrial | None, answers: Answers) -> PointTrial | None:
    if source.markers is not None:
        points = with_keypoint_names(read_trc(source.markers, answers.length_unit, answers.up or "y"))
    elif c3d is not None and len(c3d.markers.keypoint_set):
        points = with_keypoint_names(c3d.markers)
    else:
        return None
    file = str(source.markers or source.c3d)
    if answers.length_unit is None:
        check_scale(points, file)
    if answers.up is None:
        check_upright(points, file)
    return points


def _given_angles(
    source: TrialSource, motion: Motion | None, c3d: C3dTrial | None, points: PointTrial | None
) -> AngleTrial:
    """Angles that the source states, NaN where it states none."""
    if motion is not None:
        return motion.angles
    if c3d is not None:
        time_s = c3d.markers.time_s
        return angles_without_error(time_s, from_plug_in_gait(c3d.angles_deg, len(time_s)))
    if points is None:
        raise NoTrialError(f"{source.name} holds neither points nor angles; give another file")
    return angles_without_error(points.time_s, np.full((len(points.time_s), len(ANGLE_NAMES)), np.nan))


def _about(motion: Motion | None, c3d: C3dTrial | None) -> tuple[str, ...]:
    if motion is not None:
        return motion.notices
    if c3d is not None:
        return (*c3d.notices, PELVIS_BY_HEADING) if c3d.angles_deg else c3d.notices
    return ()


def _at_times(points: PointTrial, time_s: Array) -> PointTrial:
    """Each time's nearest points, missing where they are more than half a frame away."""
    if np.array_equal(points.time_s, time_s):
        return points
    steps = np.diff(points.time_s)
    nearest = np.searchsorted(points.time_s[:-1] + 0.5 * steps, time_s)
    half_frame = 0.5 * float(np.median(steps)) if len(steps) else 0.0
    near = np.abs(points.time_s[nearest] - time_s) <= half_frame
    xyz = np.where(near[:, None, None], points.xyz[nearest], np.nan)
    return marker_trial(time_s, points.keypoint_set.names, xyz)
