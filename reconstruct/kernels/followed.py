"""The joints by which people are told apart: of every detection, in undistorted image coordinates; and in space."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inner_kernel, kernel
from geometry.camera_model import camera_scalars, undistort, undistort_roughly
from geometry.rays import intersect_rays
from reconstruct.kernels.people import FIRST_PIECE

Array = NDArray[np.float64]

_SETTLED = 1e-4
"""A step of Newton's so short leaves an error of less than 1e-8, or a hundred-thousandth of a pixel."""


class _Joints(NamedTuple):
    """Memory for J joints of one detection: image points as distorted and not, and how far from settled these are."""

    xd: Array
    yd: Array
    x: Array
    y: Array
    step: Array


@inner_kernel
def _gather(camera, uv, confidence, columns, c, f, p, joints):
    """Take in the joints that detection p of frame f of camera c shows; whether it shows any."""
    per_fx, per_fy = 1.0 / camera.focal[0], 1.0 / camera.focal[1]
    somebody = False
    for j in range(len(columns)):
        k = columns[j]
        joints.xd[j] = joints.yd[j] = math.nan
        if confidence[c, f, p, k] > 0.0:
            joints.xd[j] = (uv[c, f, p, k, 0] - camera.centre[0]) * per_fx
            joints.yd[j] = (uv[c, f, p, k, 1] - camera.centre[1]) * per_fy
            somebody = True
    return somebody


@inner_kernel
def _undistort(camera, joints):
    """Undistort all joints of a detection: side by side; one by one where that has not settled, or by a fisheye."""
    xd, yd, x, y, step = joints
    if camera.fisheye:
        step[:] = math.inf
    else:
        for j in range(len(x)):
            x[j], y[j], step[j] = undistort_roughly(xd[j], yd[j], camera.distortion)
    for j in range(len(x)):
        if math.isnan(xd[j]):
            x[j] = y[j] = math.nan
        elif not step[j] < _SETTLED:
            x[j], y[j] = undistort(xd[j], yd[j], camera.distortion, camera.fisheye)


@kernel
def fill_followed(cameras, uv, confidence, columns, frame, xy):
    """Fill `xy` with what is seen, NaN elsewhere.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    uv, confidence : (C, F, P, K, 2) px and (C, F, P, K) of P places for people per view; 0 where not seen
    columns : (J,) of the joints
    frame : (C, G) frame of each camera that belongs to an instant, -1 where it has none
    xy : (G, C, P, J, 2) filled
    """
    count = len(columns)
    joints = _Joints(np.empty(count), np.empty(count), np.empty(count), np.empty(count), np.empty(count))
    xy[:] = math.nan
    for c in range(len(frame)):
        camera = camera_scalars(cameras, c)
        for g in range(frame.shape[1]):
            f = frame[c, g]
            for p in range(xy.shape[2]):
                if f >= 0 and _gather(camera, uv, confidence, columns, c, f, p, joints):
                    _undistort(camera, joints)
                    for j in range(count):
                        xy[g, c, p, j, 0], xy[g, c, p, j, 1] = joints.x[j], joints.y[j]


@kernel
def fill_sighted(sighting, sighted):
    """Fill `sighted` (N, G, C) with the place in which `sighting` (G, C, P) has sighting n, -1 for none."""
    sighted[:] = -1
    for g in range(len(sighting)):
        for c in range(sighting.shape[1]):
            for p in range(sighting.shape[2]):
                if sighting[g, c, p] >= 0:
                    sighted[sighting[g, c, p], g, c] = p


@kernel
def fill_identity(sighted, person, frame, identity):
    """Write into `identity` (C, F, P) which `person` (N,) the detections `sighted` (N, G, C) show.

    Instant g of camera c is its frame `frame[c, g]`.  Of several sightings of a person in one view the first counts,
    the others are pieces: `FIRST_PIECE` less the person's number.
    """
    for n in range(len(sighted)):
        for g in range(sighted.shape[1]):
            for c in range(sighted.shape[2]):
                if sighted[n, g, c] < 0:
                    continue
                identity[c, frame[c, g], sighted[n, g, c]] = person[n]
                for before in range(n):
                    if person[before] == person[n] and sighted[before, g, c] >= 0:
                        identity[c, frame[c, g], sighted[n, g, c]] = FIRST_PIECE - person[n]


@kernel
def fill_pieces(found, person, frame, identity):
    """Write into `identity` (C, F, P) whose further pieces the detections are that have `FIRST_PIECE` - n in `found`.

    `found` is (G, C, P); `person` is that of every n, -1 for nobody; instant g of camera c is its frame `frame[c, g]`.
    """
    for g in range(len(found)):
        for c in range(found.shape[1]):
            for p in range(found.shape[2]):
                n = FIRST_PIECE - found[g, c, p]
                if n >= 0 and person[n] >= 0:
                    identity[c, frame[c, g], p] = FIRST_PIECE - person[n]


@kernel
def fill_places(cameras, xy, sighted, instants, joints, places):
    """Fill `places` with where the rays to somebody's joints meet, NaN where fewer than two do.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    xy : (G, C, P, J, 2) undistorted image points, NaN where not seen
    sighted : (G, C) which of the P detections is the person's, -1 for none
    instants, joints : (n,) and (m,) those in question of the G and J
    places : (n, m, 3) filled, metres
    """
    views = sighted.shape[1]
    rays, weight = np.empty((views, 2)), np.empty(views)
    for i in range(len(instants)):
        g = instants[i]
        for j in range(len(joints)):
            for c in range(views):
                p = sighted[g, c]
                weight[c] = 1.0 if p >= 0 else 0.0
                if p >= 0:
                    rays[c, 0], rays[c, 1] = xy[g, c, p, joints[j], 0], xy[g, c, p, joints[j], 1]
            places[i, j, 0], places[i, j, 1], places[i, j, 2] = intersect_rays(cameras, rays, weight)
