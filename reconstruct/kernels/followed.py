"""The joints by which people are told apart, of every detection, in undistorted image coordinates; and who is who."""

import math

import numpy as np

from geometry._jit import inline_kernel, kernel
from geometry.camera_model import camera_scalars, undistort, undistort_roughly
from reconstruct.kernels.joint_rays import JOINTS
from reconstruct.kernels.people import FIRST_PIECE

_SETTLED = 1e-4
"""A step of Newton's so short leaves an error of less than 1e-8, or a hundred-thousandth of a pixel."""


# Rows of J numbers: image points of one detection as distorted and not, and how far from settled these are.
_XD, _YD, _X, _Y, _STEP = (row * JOINTS for row in range(5))


@inline_kernel
def _gather(camera, uv, confidence, columns, c, f, p, rows):
    """Take in the joints that detection p of frame f of camera c shows; whether it shows any."""
    per_fx, per_fy = 1.0 / camera.focal[0], 1.0 / camera.focal[1]
    somebody = False
    for j in range(JOINTS):
        k = columns[j]
        rows[_XD + j] = rows[_YD + j] = math.nan
        if confidence[c, f, p, k] > 0.0:
            rows[_XD + j] = (uv[c, f, p, k, 0] - camera.centre[0]) * per_fx
            rows[_YD + j] = (uv[c, f, p, k, 1] - camera.centre[1]) * per_fy
            somebody = True
    return somebody


@inline_kernel
def _undistort(camera, rows):
    """Undistort all joints of a detection: side by side; one by one where that has not settled, or by a fisheye."""
    if camera.fisheye:
        rows[_STEP:] = math.inf
    else:
        for j in range(JOINTS):
            x, y, step = undistort_roughly(rows[_XD + j], rows[_YD + j], camera.distortion)
            rows[_X + j], rows[_Y + j], rows[_STEP + j] = x, y, step
    for j in range(JOINTS):
        if math.isnan(rows[_XD + j]):
            rows[_X + j] = rows[_Y + j] = math.nan
        elif not rows[_STEP + j] < _SETTLED:
            rows[_X + j], rows[_Y + j] = undistort(rows[_XD + j], rows[_YD + j], camera.distortion, camera.fisheye)


@kernel
def fill_followed(cameras, uv, confidence, columns, frame, xy):
    """Fill `xy` with what is seen, NaN elsewhere.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    uv, confidence : (C, F, P, K, 2) px and (C, F, P, K) of P places for people per view; 0 where not seen
    columns : (J,) of the J = `JOINTS` joints
    frame : (C, G) frame of each camera that belongs to an instant, -1 where it has none
    xy : (G, C, P, 2, J) filled
    """
    rows = np.empty(5 * JOINTS)
    xy[:] = math.nan
    for c in range(len(frame)):
        camera = camera_scalars(cameras, c)
        for g in range(frame.shape[1]):
            f = frame[c, g]
            for p in range(xy.shape[2]):
                if f >= 0 and _gather(camera, uv, confidence, columns, c, f, p, rows):
                    _undistort(camera, rows)
                    for j in range(JOINTS):
                        xy[g, c, p, 0, j], xy[g, c, p, 1, j] = rows[_X + j], rows[_Y + j]


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
