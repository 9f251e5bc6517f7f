"""The joints by which people are told apart: of every detection, in undistorted image coordinates; and in space."""

import math

import numpy as np

from geometry._jit import kernel
from geometry.camera_model import normalise_pixel
from geometry.rays import intersect_rays


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
    for g in range(frame.shape[1]):
        for c in range(len(frame)):
            f = frame[c, g]
            for p in range(xy.shape[2]):
                for j in range(len(columns)):
                    k = columns[j]
                    if f >= 0 and confidence[c, f, p, k] > 0.0:
                        x, y = normalise_pixel(cameras, c, uv[c, f, p, k, 0], uv[c, f, p, k, 1])
                    else:
                        x = y = math.nan
                    xy[g, c, p, j, 0], xy[g, c, p, j, 1] = x, y


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

    Instant g of camera c is its frame `frame[c, g]`.
    """
    for n in range(len(sighted)):
        for g in range(sighted.shape[1]):
            for c in range(sighted.shape[2]):
                if sighted[n, g, c] >= 0:
                    identity[c, frame[c, g], sighted[n, g, c]] = person[n]


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
