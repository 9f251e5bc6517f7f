"""A person nobody has followed yet: detections of different views that mean one body."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel
from geometry.camera_model import camera_scalars
from reconstruct.kernels.joint_rays import (
    DX,
    DY,
    DZ,
    JOINTS,
    add_rays,
    room_for_joints,
    solve_joints,
    take_rays,
    weigh_alike,
)
from reconstruct.kernels.people import FREE, PIECE, expect, expect_in_view, fit, room_to_expect

Array = NDArray[np.float64]

BIRTH_ERROR = 6.0
"""Mean squared error, in standard deviations, up to which detections may be one person's."""


@inline_kernel
def _possible(owner):
    """Whether a detection is free, or no more than a piece of somebody."""
    return owner == FREE or owner <= PIECE


class _Trial(NamedTuple):
    """Memory for somebody who may be there, by some detections of C views."""

    members: NDArray[np.int64]
    """(C,) the detections, -1 where a view has none"""
    pose: Array
    """(1, 3, J) where they put the joints, metres; NaN where fewer than two see one"""
    sd_m: Array
    """(1, J) of these: zeros"""
    expected: Array
    """where they are to be seen then, see `room_to_expect`"""
    rows: Array
    """see `room_for_joints`"""


@inline_kernel
def _trial(cameras):
    return _Trial(
        np.empty(cameras, dtype=np.int64),
        np.empty((1, 3, JOINTS)),
        np.zeros((1, JOINTS)),
        room_to_expect(1, cameras),
        room_for_joints(),
    )


@inline_kernel
def _pose_of(cameras, xy, sd, members, position, m, rows):
    """Place m of joints (M, 3, J) from detections `members` (C,), -1 where a view has none; NaN below two views."""
    rows[:] = 0.0
    for c in range(len(members)):
        if members[c] >= 0:
            take_rays(xy, c, members[c], rows)
            weigh_alike(1.0 / (sd[c, members[c]] * sd[c, members[c]]), rows)
            add_rays(camera_scalars(cameras, c), rows)
    solve_joints(rows)
    for j in range(JOINTS):
        position[m, 0, j], position[m, 1, j], position[m, 2, j] = rows[DX + j], rows[DY + j], rows[DZ + j]


@inline_kernel
def _plausible(pose, torso, extent_m):
    """Whether joints (1, 3, J) can be a standing or crouching human: a torso of `extent_m` (shortest, longest)."""
    squared = 0.0
    for i in range(3):
        shoulders, hips = pose[0, i, torso[0]] + pose[0, i, torso[1]], pose[0, i, torso[2]] + pose[0, i, torso[3]]
        squared += 0.25 * (shoulders - hips) * (shoulders - hips)
    return not (squared < extent_m[0] * extent_m[0] or squared > extent_m[1] * extent_m[1])


@inline_kernel
def _may_be_one(cameras, xy, sd, c, d, anatomy, trial):
    """Whether the detections of views c and d that are the only `members` of a trial may be one body's."""
    _pose_of(cameras, xy, sd, trial.members, trial.pose, 0, trial.rows)
    for view in (c, d):
        expect_in_view(cameras, view, trial.pose, 0, trial.expected)
        if not fit(trial.expected, 0, view, trial.sd_m, xy, sd, trial.members[view]) < BIRTH_ERROR:
            return False
    return _plausible(trial.pose, anatomy.torso, anatomy.torso_m)


@inline_kernel
def _grow(cameras, xy, sd, owner, trial):
    """Add to the members the best possible detection of every other view; returns the score of the whole."""
    expect(cameras, trial.pose, 0, trial.expected)
    score = 0.0
    for c in range(len(owner)):
        best, best_p = BIRTH_ERROR, -1
        for p in range(owner.shape[1]):
            if _possible(owner[c, p]):
                error = fit(trial.expected, 0, c, trial.sd_m, xy, sd, p)
                if error < best:
                    best, best_p = error, p
        trial.members[c] = best_p
        if best_p >= 0:
            score += BIRTH_ERROR - best
    return score


@inner_kernel
def _somebody_may_be_there(owner):
    """Whether there is a free detection, and one more in another view that may be of the same person."""
    views, free = 0, 0
    for c in range(len(owner)):
        possible = False
        for p in range(owner.shape[1]):
            possible = possible or _possible(owner[c, p])
            free += 1 if owner[c, p] == FREE else 0
        views += 1 if possible else 0
    return free > 0 and views >= 2


@inner_kernel
def find_person(cameras, xy, sd, anatomy, owner, members, position, m):
    """The most convincing group of detections, one per view at most, of which one at least is free.

    What passes for a piece of somebody known may be a person who stands behind.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    xy, sd : (C, P, 2, J), (C, P) detections in undistorted image coordinates and their noise
    anatomy : Anatomy
    owner : (C, P) `FREE`, `EMPTY`, `PIECE` less whose, or whose
    members : (C,) filled
    position, m : (M, 3, J), of which place m is filled

    Returns
    -------
    Whether there is one
    """
    count, people = owner.shape
    if not _somebody_may_be_there(owner):
        return False
    trial, best = _trial(count), 0.0
    for c in range(count):
        for d in range(c + 1, count):
            for p in range(people):
                for q in range(people):
                    if not (_possible(owner[c, p]) and _possible(owner[d, q])):
                        continue
                    if owner[c, p] != FREE and owner[d, q] != FREE:
                        continue
                    trial.members[:] = -1
                    trial.members[c], trial.members[d] = p, q
                    if not _may_be_one(cameras, xy, sd, c, d, anatomy, trial):
                        continue
                    score = _grow(cameras, xy, sd, owner, trial)
                    if score > best and trial.members[c] == p and trial.members[d] == q:
                        best = score
                        members[:] = trial.members
    if best > 0.0:
        _pose_of(cameras, xy, sd, members, position, m, trial.rows)
    return best > 0.0
