"""A person nobody has followed yet: detections of different views that mean one body."""

import math

import numpy as np

from geometry._jit import inline_kernel, inner_kernel
from geometry.rays import intersect_rays
from reconstruct.kernels.people import FREE, PIECE, fit

BIRTH_ERROR = 6.0
"""Mean squared error, in standard deviations, up to which detections may be one person's."""


@inline_kernel
def _possible(owner):
    """Whether a detection is free, or no more than a piece of somebody."""
    return owner == FREE or owner <= PIECE


@inner_kernel
def _pose_of(cameras, xy, sd, members, position, ray, weight):
    """Joints (J, 3) of the detections `members` (C,), -1 where a view has none; NaN where fewer than two see one."""
    for j in range(len(position)):
        for c in range(len(members)):
            weight[c] = 0.0
            if members[c] >= 0 and math.isfinite(xy[c, members[c], j, 0]):
                ray[c, 0], ray[c, 1] = xy[c, members[c], j, 0], xy[c, members[c], j, 1]
                weight[c] = 1.0 / (sd[c, members[c]] * sd[c, members[c]])
        position[j, 0], position[j, 1], position[j, 2] = intersect_rays(cameras, ray, weight)


@inner_kernel
def _plausible(position, torso, extent_m):
    """Whether joints (J, 3) can be a standing or crouching human: a torso of `extent_m` (shortest, longest)."""
    shoulders, hips = np.zeros(3), np.zeros(3)
    for i in range(3):
        shoulders[i] = 0.5 * (position[torso[0], i] + position[torso[1], i])
        hips[i] = 0.5 * (position[torso[2], i] + position[torso[3], i])
    length = math.sqrt(((shoulders - hips) ** 2).sum())
    return not (length < extent_m[0] or length > extent_m[1])


@inner_kernel
def _grow(cameras, xy, sd, partner, owner, members, position, ray, weight, certain):
    """Add to `members` the best possible detection of every other view; returns the score of the whole."""
    score = 0.0
    for c in range(len(members)):
        best, best_p = BIRTH_ERROR, -1
        for p in range(xy.shape[1]):
            if _possible(owner[c, p]):
                error = fit(cameras.R, cameras.t, c, position, certain, partner, xy[c, p], sd[c, p])
                if error < best:
                    best, best_p = error, p
        members[c] = best_p
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
def find_person(cameras, xy, sd, partner, torso, torso_m, owner, members, position):
    """The most convincing group of detections, one per view at most, of which one at least is free.

    What passes for a piece of somebody known may be a person who stands behind.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    xy, sd : (C, P, J, 2), (C, P) detections in undistorted image coordinates and their noise
    partner, torso : (J,) mirror joints; (4,) left and right shoulder, left and right hip
    torso_m : shortest and longest torso
    owner : (C, P) `FREE`, `EMPTY`, `PIECE` less whose, or whose
    members, position : (C,) and (J, 3) filled

    Returns
    -------
    Whether there is one
    """
    count, people = owner.shape
    if not _somebody_may_be_there(owner):
        return False
    ray, weight, certain = np.zeros((count, 2)), np.zeros(count), np.zeros(len(partner))
    trial, pose = np.full(count, -1), np.empty_like(position)
    best = 0.0
    for c in range(count):
        for d in range(c + 1, count):
            for p in range(people):
                for q in range(people):
                    if not (_possible(owner[c, p]) and _possible(owner[d, q])):
                        continue
                    if owner[c, p] != FREE and owner[d, q] != FREE:
                        continue
                    trial[:] = -1
                    trial[c], trial[d] = p, q
                    _pose_of(cameras, xy, sd, trial, pose, ray, weight)
                    error = fit(cameras.R, cameras.t, c, pose, certain, partner, xy[c, p], sd[c, p])
                    error = max(error, fit(cameras.R, cameras.t, d, pose, certain, partner, xy[d, q], sd[d, q]))
                    if not (error < BIRTH_ERROR and _plausible(pose, torso, torso_m)):
                        continue
                    score = _grow(cameras, xy, sd, partner, owner, trial, pose, ray, weight, certain)
                    if score > best and trial[c] == p and trial[d] == q:
                        best = score
                        members[:] = trial
    if best > 0.0:
        _pose_of(cameras, xy, sd, members, position, ray, weight)
    return best > 0.0
