"""What a sighting tells of a person: where the joints are, and how long the bones; and whom two sightings both show."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, kernel
from geometry.camera_model import camera_scalars
from reconstruct.kernels.joint_rays import DX, DY, DZ, JOINTS, add_rays, room_for_joints, solve_joints, take_ray
from reconstruct.kernels.medians import fill_medians, insert, middle_of

Array = NDArray[np.float64]


class SightingArrays(NamedTuple):
    """Room for what n instants of a sighting tell."""

    instants: NDArray[np.int64]
    """(n,) which they are"""
    middle: Array
    """(n, 3) medians of the joints there, metres"""
    views: NDArray[np.int64]
    """(n,) number of views there"""
    bones_m: Array
    """(bones,) median lengths"""


@inline_kernel
def _seen_in(sighted, g):
    """In how many views a sighting (G, C) is seen at instant g."""
    views = 0
    for c in range(sighted.shape[1]):
        views += 1 if sighted[g, c] >= 0 else 0
    return views


@inline_kernel
def _choose_instants(sighted, instants, views):
    """Spread the samples over the instants with any view; how many there are, and how many of them have a sample."""
    total = 0
    for g in range(len(sighted)):
        total += 1 if _seen_in(sighted, g) else 0
    count = min(len(instants), total)
    i = nth = 0
    for g in range(len(sighted)):
        seen = _seen_in(sighted, g)
        if not seen:
            continue
        if i < count and nth == round(i * (total - 1) / max(count - 1, 1)):
            instants[i], views[i] = g, seen
            i += 1
        nth += 1
    return total, count


@inline_kernel
def _locate(cameras, xy, sighted, g, rows):
    """Leave where the rays to all joints meet at instant g in `rows`; NaN where fewer than two do."""
    rows[:] = 0.0
    for c in range(sighted.shape[1]):
        p = sighted[g, c]
        if p >= 0:
            for j in range(JOINTS):
                take_ray(xy[g, c, p, 0, j], xy[g, c, p, 1, j], j, rows)
            add_rays(camera_scalars(cameras, c), rows)
    solve_joints(rows)


@inline_kernel
def _bone(rows, one, other):
    """Distance of two joints."""
    dx, dy, dz = rows[DX + one] - rows[DX + other], rows[DY + one] - rows[DY + other], rows[DZ + one] - rows[DZ + other]
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@kernel
def describe_sighting(cameras, xy, sighted, joints, bones, found):
    """Fill `found` with what a sighting tells; returns in how many instants anybody is seen, and how many are filled.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    xy : (G, C, P, 2, J) undistorted image points, NaN where not seen
    sighted : (G, C) which of the P detections is the person's, -1 for none
    joints : (m,) those that make the middle of the body
    bones : (bones, 2) which joints every bone connects
    found : SightingArrays
    """
    total, count = _choose_instants(sighted, found.instants, found.views)
    rows, ordered, lengths = room_for_joints(), np.empty(len(joints)), np.empty((len(bones), count))
    for i in range(count):
        _locate(cameras, xy, sighted, found.instants[i], rows)
        for axis in range(3):
            known = 0
            for j in range(len(joints)):
                known = insert(ordered, known, rows[DX + axis * JOINTS + joints[j]])
            found.middle[i, axis] = middle_of(ordered, known)
        for b in range(len(bones)):
            lengths[b, i] = _bone(rows, bones[b, 0], bones[b, 1])
    fill_medians(lengths, found.bones_m)
    return total, count


@inline_kernel
def _share_a_joint(xy, g, c, p, q):
    shared = 0
    for j in range(xy.shape[4]):
        shared += 1 if math.isfinite(xy[g, c, p, 0, j] + xy[g, c, q, 0, j]) else 0
    return shared > 0


@kernel
def views_of_both(xy, one, other, start, stop):
    """In how many views, from instant `start` to `stop`, two sightings (G, C) both have some joint; and either is."""
    both = either = 0
    for g in range(start, stop):
        for c in range(one.shape[1]):
            p, q = one[g, c], other[g, c]
            either += 1 if p >= 0 or q >= 0 else 0
            both += 1 if p >= 0 and q >= 0 and _share_a_joint(xy, g, c, p, q) else 0
    return both, either
