"""Who else is there: the other subjects, and a mark on the floor for everybody in view who is no subject."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import Bystander, LiveFrame
from viewer import subject
from viewer.body import body
from viewer.bones import bones_of
from viewer.palette import BACKGROUND, MARK, SHOWN_MARK, Colour
from viewer.picking import Segments
from viewer.shapes import NO_LINES, NO_MESH, Label, Lines, Mesh, closed_loops, merged_lines, merged_meshes

Array = NDArray[np.float64]

_MARK_RADIUS_M = 0.28
_MARK_POINTS = 32
_INNER_RING = 0.93
"""A second line just inside the first: seen from across the room one alone is lost among the floor's."""
_ABOVE_FLOOR_M = 0.012
_OVER_HEAD_M = 0.15
_FADED = 0.55
"""How far the colours of subjects whose angles are not shown have gone into the background."""

_ANGLES = np.linspace(0.0, 2.0 * np.pi, _MARK_POINTS, endpoint=False)
_RING = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES), np.zeros(_MARK_POINTS)]) * _MARK_RADIUS_M


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """What is drawn beside the subject whose angles are shown."""

    bodies: Mesh
    marks: Lines
    labels: tuple[Label, ...]


def company_of(shown: LiveFrame, others: Sequence[LiveFrame]) -> Company:
    """Faded bodies of the other subjects, rings under everybody, and who it is; nothing of somebody who is alone."""
    if not others and not shown.others:
        return Company(NO_MESH, NO_LINES, ())
    subjects = [(_floor(frame), SHOWN_MARK if frame is shown else MARK) for frame in (shown, *others)]
    strangers = [(_place(other), MARK) for other in shown.others]
    rings = [_ring(at, colour) for at, colour in (*subjects, *strangers) if np.isfinite(at).all()]
    names = [
        *(_label(f"subject {frame.subject}", _above_head(frame), MARK) for frame in (shown, *others)),
        *(_label(f"person {other.person}", _place(other), MARK) for other in shown.others),
    ]
    return Company(
        bodies=merged_meshes([_faded(body(frame.points)) for frame in others]) if others else NO_MESH,
        marks=merged_lines(rings) if rings else NO_LINES,
        labels=tuple(name for name in names if np.isfinite(name.position).all()),
    )


def subject_segments(frame: LiveFrame) -> Segments:
    """What a watcher may point at who means a subject: bones and points."""
    bones, xyz = bones_of(frame.points.keypoint_set), frame.points.xyz
    return np.concatenate([xyz[bones.starts], xyz]), np.concatenate([xyz[bones.ends], xyz])


def bystander_segments(other: Bystander) -> Segments:
    """What a watcher may point at who means somebody else: the mark, inside and out."""
    middle = _place(other)
    return np.tile(middle, (_MARK_POINTS, 1)), _RING + middle


def _ring(at: Array, colour: Colour) -> Lines:
    return closed_loops(np.stack([_RING, _INNER_RING * _RING]) + at, colour)


def _label(text: str, at: Array, colour: Colour) -> Label:
    x, y, z = (float(value) for value in at)
    return Label(text, (x, y, z), colour)


def _floor(frame: LiveFrame) -> Array:
    x, y, _ = subject.mid_hip(frame.points)
    return np.array([x, y, _ABOVE_FLOOR_M])


def _above_head(frame: LiveFrame) -> Array:
    """Over the middle of the hips, where no leg hides a word."""
    at, heights = _floor(frame), frame.points.xyz[:, 2]
    at[2] = np.fmax.reduce(heights) + _OVER_HEAD_M
    return at


def _place(other: Bystander) -> Array:
    return np.array([other.x, other.y, _ABOVE_FLOOR_M])


def _faded(mesh: Mesh) -> Mesh:
    return replace(mesh, colours=mesh.colours + _FADED * (np.array(BACKGROUND) - mesh.colours))
