"""Everybody through a whole trial: known people are found again in every view, new ones are noticed."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel, kernel
from reconstruct.kernels.assignment import assign
from reconstruct.kernels.joint_rays import JOINTS, room_for_joints
from reconstruct.kernels.people import (
    EMPTY,
    FIRST_PIECE,
    FREE,
    PIECE,
    UNMATCHED,
    expect,
    fit,
    follow,
    move_on,
    room_to_expect,
    see,
    start_from,
)
from reconstruct.kernels.person_birth import find_person

Array = NDArray[np.float64]

_NEAR_M = 0.4
"""So near to where a person was last seen, whoever is noticed while that person is missing is no one else."""
LOST_S = 0.5
"""A person unseen for so long is not looked for any more; who comes back is recognised later, by other means."""


class People(NamedTuple):
    """Up to M people followed by their J = `JOINTS` joints."""

    identity: NDArray[np.int64]
    """(M,) -1 for a free place"""
    position: Array
    """(M, 3, J) metres, NaN where never seen"""
    velocity: Array
    """(M, 3, J)"""
    unseen_s: Array
    """(M, J)"""
    sd_m: Array
    """(M, J)"""
    lost_s: Array
    """(M,) since two views saw the person"""
    next_identity: NDArray[np.int64]
    """(1,)"""


class Anatomy(NamedTuple):
    """What the followed joints are."""

    torso: NDArray[np.int64]
    """(4,) left and right shoulder, left and right hip"""
    torso_m: Array
    """(2,) shortest and longest torso"""


@inline_kernel
def _places_taken(people):
    """How many places there are up to the last that somebody has."""
    count = len(people.identity)
    while count > 0 and people.identity[count - 1] < 0:
        count -= 1
    return count


@inline_kernel
def _match_view(expected, c, taken, people, xy, sd, owner, cost, match, row_person):
    """Give the detections of camera c to the people who fit them, one to each; others stay free."""
    rows = 0
    for m in range(taken):
        if people.identity[m] < 0:
            continue
        for p in range(xy.shape[1]):
            cost[rows, p] = math.inf
            if sd[c, p] > 0.0:
                cost[rows, p] = fit(expected, m, c, people.sd_m, xy, sd, p)
        row_person[rows] = m
        rows += 1
    assign(cost[:rows], UNMATCHED, match)
    for p in range(xy.shape[1]):
        owner[c, p] = FREE if sd[c, p] > 0.0 else EMPTY
    for row in range(rows):
        if match[row] >= 0:
            owner[c, match[row]] = row_person[row]


@inline_kernel
def _follow_all(cameras, expected, taken, people, xy, sd, owner, interval_s, rows):
    """Move everybody to where they were found; forget those lost."""
    for m in range(taken):
        if people.identity[m] < 0:
            continue
        views = 0
        start_from(people.position, m, rows)
        for c in range(len(owner)):
            for p in range(owner.shape[1]):
                if owner[c, p] == m:
                    see(cameras, c, expected, m, xy, sd, p, rows)
                    views += 1
        follow(people, m, rows)
        people.lost_s[m] = 0.0 if views >= 2 else people.lost_s[m] + interval_s
        if people.lost_s[m] > LOST_S:
            people.identity[m] = -1


@inner_kernel
def _apart(position, one, other):
    """Mean distance of joints that two of `position` (M, 3, J) both have, metres; infinite with fewer than three."""
    total, joints = 0.0, 0
    for j in range(JOINTS):
        dx = position[one, 0, j] - position[other, 0, j]
        dy = position[one, 1, j] - position[other, 1, j]
        dz = position[one, 2, j] - position[other, 2, j]
        distance = math.sqrt(dx * dx + dy * dy + dz * dz)
        if math.isfinite(distance):
            total += distance
            joints += 1
    return total / joints if joints >= 3 else math.inf


@inner_kernel
def _missing_near(people, newcomer):
    """The person whom too few views see and who is expected where `newcomer` is noticed; or -1."""
    nearest, best = _NEAR_M, -1
    for m in range(len(people.identity)):
        if people.identity[m] >= 0 and people.lost_s[m] > 0.0:
            apart = _apart(people.position, m, newcomer)
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


@inline_kernel
def _anybody_free(owner):
    for c in range(len(owner)):
        for p in range(owner.shape[1]):
            if owner[c, p] == FREE:
                return True
    return False


@inner_kernel
def _claim_pieces(cameras, expected, people, xy, sd, owner):
    """Free detections where somebody is known to be are that person's: detectors split people, or see them twice."""
    taken = _places_taken(people)
    for m in range(taken):
        expect(cameras, people.position, m, expected)
    for c in range(len(owner)):
        for p in range(owner.shape[1]):
            if owner[c, p] != FREE:
                continue
            best = UNMATCHED
            for m in range(taken):
                if people.identity[m] < 0:
                    continue
                error = fit(expected, m, c, people.sd_m, xy, sd, p)
                if error < best:
                    best = error
                    owner[c, p] = PIECE - m


@inner_kernel
def _notice(cameras, expected, people, anatomy, xy, sd, owner, members):
    """Start to follow whoever the free detections show; it may be somebody who was missing."""
    for m in range(len(people.identity)):
        if not _anybody_free(owner):
            return
        if people.identity[m] >= 0:
            continue
        _claim_pieces(cameras, expected, people, xy, sd, owner)
        if not find_person(cameras, xy, sd, anatomy, owner, members, people.position, m):
            return
        known = _missing_near(people, m)
        if known >= 0:
            people.position[known] = people.position[m]
            _begin(people, known, owner, members)
            continue
        people.identity[m] = people.next_identity[0]
        people.next_identity[0] += 1
        _begin(people, m, owner, members)


@inline_kernel
def _fill_identity(people, owner, f, identity):
    """Say in frame f of `identity` (F, C, P) who the detections are."""
    for c in range(len(owner)):
        for p in range(owner.shape[1]):
            identity[f, c, p] = -1
            if owner[c, p] <= PIECE:
                identity[f, c, p] = FIRST_PIECE - people.identity[PIECE - owner[c, p]]
            elif owner[c, p] >= 0:
                identity[f, c, p] = people.identity[owner[c, p]]


@kernel
def track_people(cameras, people, anatomy, xy, sd, interval_s, identity):
    """Follow everybody through F frames.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    people : People, carried on
    anatomy : Anatomy
    xy : (F, C, P, 2, J) detections in undistorted image coordinates, NaN where not seen
    sd : (F, C, P) their noise in the same units; NaN where there is no detection
    interval_s : (F,) since the frame before
    identity : (F, C, P) filled with who each detection is: a number, -1 for nobody, `FIRST_PIECE` less a
        number for one more piece of somebody, beside the detection that has the number
    """
    frames, count, places, _, _ = xy.shape
    most = len(people.identity)
    owner = np.empty((count, places), dtype=np.int64)
    cost, match, row_person = np.empty((most, places)), np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    members = np.empty(count, dtype=np.int64)
    expected, rows = room_to_expect(most, count), room_for_joints()
    for f in range(frames):
        xy_f, sd_f, taken = xy[f], sd[f], _places_taken(people)
        for m in range(taken):
            move_on(people, m, interval_s[f])
            expect(cameras, people.position, m, expected)
        for c in range(count):
            _match_view(expected, c, taken, people, xy_f, sd_f, owner, cost, match, row_person)
        _follow_all(cameras, expected, taken, people, xy_f, sd_f, owner, interval_s[f], rows)
        _notice(cameras, expected, people, anatomy, xy_f, sd_f, owner, members)
        _fill_identity(people, owner, f, identity)
