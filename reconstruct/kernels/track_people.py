"""Everybody through a whole trial: known people are found again in every view, new ones are noticed."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inner_kernel, kernel
from reconstruct.kernels.assignment import assign
from reconstruct.kernels.people import EMPTY, FIRST_PIECE, FREE, PIECE, UNMATCHED, fit, follow, move_on, read_view
from reconstruct.kernels.person_birth import find_person

Array = NDArray[np.float64]

_NEAR_M = 0.4
"""So near to where a person was last seen, whoever is noticed while that person is missing is no one else."""
LOST_S = 0.5
"""A person unseen for so long is not looked for any more; who comes back is recognised later, by other means."""


class People(NamedTuple):
    """Up to M people followed by J joints."""

    identity: NDArray[np.int64]
    """(M,) -1 for a free place"""
    position: Array
    """(M, J, 3) metres, NaN where never seen"""
    velocity: Array
    """(M, J, 3)"""
    unseen_s: Array
    """(M, J)"""
    sd_m: Array
    """(M, J)"""
    lost_s: Array
    """(M,) since two views saw the person"""
    next_identity: NDArray[np.int64]
    """(1,)"""


class Anatomy(NamedTuple):
    """What the J followed joints are."""

    partner: NDArray[np.int64]
    """(J,)"""
    torso: NDArray[np.int64]
    """(4,) left and right shoulder, left and right hip"""
    torso_m: Array
    """(2,) shortest and longest torso"""


@inner_kernel
def _match_view(R, t, c, people, anatomy, xy, sd, owner, cost, match, row_person):
    """Give the detections of camera c, xy (P, J, 2), to the people who fit them, one to each; others stay free."""
    rows = 0
    for m in range(len(people.identity)):
        if people.identity[m] < 0:
            continue
        position, sd_m = people.position[m], people.sd_m[m]
        for p in range(len(xy)):
            cost[rows, p] = math.inf
            if sd[p] > 0.0:
                cost[rows, p] = fit(R, t, c, position, sd_m, anatomy.partner, xy[p], sd[p])
        row_person[rows] = m
        rows += 1
    assign(cost[:rows], UNMATCHED, match)
    for p in range(len(xy)):
        owner[p] = FREE if sd[p] > 0.0 else EMPTY
    for row in range(rows):
        if match[row] >= 0:
            owner[match[row]] = row_person[row]


@inner_kernel
def _follow_all(R, t, people, anatomy, xy, sd, owner, interval_s, seen, precision):
    """Move everybody to where they were found; forget those lost."""
    for m in range(len(people.identity)):
        if people.identity[m] < 0:
            continue
        views = 0
        seen[:] = math.nan
        for c in range(len(owner)):
            for p in range(owner.shape[1]):
                if owner[c, p] == m:
                    read_view(R, t, c, people.position[m], anatomy.partner, xy[c, p], seen)
                    precision[c] = 1.0 / (sd[c, p] * sd[c, p])
                    views += 1
        people.lost_s[m] = 0.0 if views >= 2 else people.lost_s[m] + interval_s
        follow(R, t, people.position[m], people.velocity[m], people.unseen_s[m], seen, precision)
        if people.lost_s[m] > LOST_S:
            people.identity[m] = -1


@inner_kernel
def _apart(one, other):
    """Mean distance of the joints (J, 3) that both have, metres; infinite with fewer than three."""
    total, joints = 0.0, 0
    for j in range(len(one)):
        dx, dy, dz = one[j, 0] - other[j, 0], one[j, 1] - other[j, 1], one[j, 2] - other[j, 2]
        distance = math.sqrt(dx * dx + dy * dy + dz * dz)
        if math.isfinite(distance):
            total += distance
            joints += 1
    return total / joints if joints >= 3 else math.inf


@inner_kernel
def _missing_near(people, position):
    """The person whom too few views see and who is expected where somebody is noticed, at `position` (J, 3); or -1."""
    nearest, best = _NEAR_M, -1
    for m in range(len(people.identity)):
        if people.identity[m] >= 0 and people.lost_s[m] > 0.0:
            apart = _apart(people.position[m], position)
            if apart < nearest:
                nearest, best = apart, m
    return best


@inner_kernel
def _begin(people, m, owner, members):
    """Person m is where the detections `members` (C,) show somebody, and nowhere else."""
    people.velocity[m] = 0.0
    people.unseen_s[m] = 0.0
    people.sd_m[m] = 0.0
    people.lost_s[m] = 0.0
    for c in range(len(members)):
        for p in range(owner.shape[1]):
            if owner[c, p] == m or owner[c, p] == PIECE - m:
                owner[c, p] = FREE
        if members[c] >= 0:
            owner[c, members[c]] = m


@inner_kernel
def _claim_pieces(R, t, people, anatomy, xy, sd, owner):
    """Free detections where somebody is known to be are that person's: detectors split people, or see them twice."""
    for c in range(len(owner)):
        for p in range(owner.shape[1]):
            if owner[c, p] != FREE:
                continue
            best = UNMATCHED
            for m in range(len(people.identity)):
                if people.identity[m] < 0:
                    continue
                error = fit(R, t, c, people.position[m], people.sd_m[m], anatomy.partner, xy[c, p], sd[c, p])
                if error < best:
                    best = error
                    owner[c, p] = PIECE - m


@inner_kernel
def _notice(cameras, people, anatomy, xy, sd, owner, members):
    """Start to follow whoever the free detections show; it may be somebody who was missing."""
    for m in range(len(people.identity)):
        if people.identity[m] >= 0:
            continue
        _claim_pieces(cameras.R, cameras.t, people, anatomy, xy, sd, owner)
        if not find_person(
            cameras, xy, sd, anatomy.partner, anatomy.torso, anatomy.torso_m, owner, members, people.position[m]
        ):
            return
        known = _missing_near(people, people.position[m])
        if known >= 0:
            people.position[known] = people.position[m]
            _begin(people, known, owner, members)
            continue
        people.identity[m] = people.next_identity[0]
        people.next_identity[0] += 1
        _begin(people, m, owner, members)


@kernel
def track_people(cameras, people, anatomy, xy, sd, interval_s, identity):
    """Follow everybody through F frames.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    people : People, carried on
    anatomy : Anatomy
    xy : (F, C, P, J, 2) detections in undistorted image coordinates, NaN where not seen
    sd : (F, C, P) their noise in the same units; NaN where there is no detection
    interval_s : (F,) since the frame before
    identity : (F, C, P) filled with who each detection is: a number, -1 for nobody, `FIRST_PIECE` less a
        number for one more piece of somebody, beside the detection that has the number
    """
    frames, count, places, joints, _ = xy.shape
    owner = np.empty((count, places), dtype=np.int64)
    cost, match = np.empty((len(people.identity), places)), np.empty(len(people.identity), dtype=np.int64)
    row_person = np.empty(len(people.identity), dtype=np.int64)
    members = np.empty(count, dtype=np.int64)
    seen, precision = np.empty((count, joints, 2)), np.empty(count)
    for f in range(frames):
        for m in range(len(people.identity)):
            if people.identity[m] >= 0:
                move_on(people.position[m], people.velocity[m], people.unseen_s[m], people.sd_m[m], interval_s[f])
        for c in range(count):
            _match_view(cameras.R, cameras.t, c, people, anatomy, xy[f, c], sd[f, c], owner[c], cost, match, row_person)
        _follow_all(cameras.R, cameras.t, people, anatomy, xy[f], sd[f], owner, interval_s[f], seen, precision)
        _notice(cameras, people, anatomy, xy[f], sd[f], owner, members)
        for c in range(count):
            for p in range(places):
                if owner[c, p] <= PIECE:
                    identity[f, c, p] = FIRST_PIECE - people.identity[PIECE - owner[c, p]]
                else:
                    identity[f, c, p] = people.identity[owner[c, p]] if owner[c, p] >= 0 else -1
