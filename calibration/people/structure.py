"""Cameras placed from nothing but matching points: two views first, then every other camera by what is known.

The result has no scale and no up: those come from a known length and from the person's feet.
"""

from itertools import combinations
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera_sets import selected
from calibration.errors import CalibrationError
from calibration.masks import finite_points
from calibration.people.point_bundle import PointViews, adjust_to_points
from geometry import se3
from geometry.camera_model import CameraArrays, normalise
from geometry.rays import triangulate_linear

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Keypoint detectors disagree between views by some pixels: at a focal length of 900 px this is six of them.
_EPIPOLAR = 0.007
_REPROJECTION = 0.015
_LEAST_MATCHES = 30
_WIDE_RAD = 0.5


def place_by_points(names: tuple[str, ...], views: PointViews, lenses: CameraArrays) -> CameraArrays:
    """Cameras posed relative to each other, in an unknown unit of length.

    Parameters
    ----------
    names : of the C cameras, for errors
    views : matching points
    lenses : intrinsics; poses are ignored
    """
    n_cameras = len(names)
    xy = np.array([normalise(lenses, c, views.uv[c]) for c in range(n_cameras)])
    seen = finite_points(xy)
    a, b, T_b_a = _first_pair(names, xy, seen)
    R, t = np.tile(np.eye(3), (n_cameras, 1, 1)), np.zeros((n_cameras, 3))
    R[b], t[b] = T_b_a[:3, :3], T_b_a[:3, 3]
    cameras, placed = lenses._replace(R=R, t=t), np.zeros(n_cameras, dtype=np.bool_)
    placed[[a, b]] = True
    while not placed.all():
        cameras = _adjusted(views, cameras, placed, reference=a)
        points = triangulate_linear(cameras, views.uv, (seen & placed[:, None]).astype(float))
        known = finite_points(points)
        c = int(np.argmax(np.where(placed, -1, (seen & known).sum(axis=1))))
        T = resect(names[c], points, xy[c], seen[c] & known)
        cameras.R[c], cameras.t[c] = T[:3, :3], T[:3, 3]
        placed[c] = True
    return _adjusted(views, cameras, placed, reference=a)


def resect(name: str, points: Array, xy: Array, usable: Mask) -> Array:
    """T_camera_world of a camera that sees known points (N, 3) at normalised image points (N, 2), wild ones ignored."""
    if usable.sum() < _LEAST_MATCHES:
        raise CalibrationError(
            f"camera '{name}': shares {int(usable.sum())} points with the others, at least {_LEAST_MATCHES} are "
            "needed; let the person move where it sees them together with two other cameras"
        )
    ok, vector, shift, inliers = cv2.solvePnPRansac(
        points[usable], xy[usable], np.eye(3), np.zeros(4), reprojectionError=_REPROJECTION, iterationsCount=500
    )
    if not ok or len(inliers) < _LEAST_MATCHES:
        raise CalibrationError(
            f"camera '{name}': its view of the person does not fit the others'; is it its own video?"
        )
    return se3.compose(
        se3.rotation_from_vector(np.asarray(vector, dtype=float).ravel()), np.asarray(shift, dtype=float).ravel()
    )


def _adjusted(views: PointViews, cameras: CameraArrays, placed: Mask, reference: int) -> CameraArrays:
    """Placed cameras after bundle adjustment; the others as they were."""
    moving = np.flatnonzero(placed) != reference
    found = adjust_to_points(PointViews(views.uv[placed], views.kinds), selected(cameras, placed), moving).state.cameras
    R, t = cameras.R.copy(), cameras.t.copy()
    R[placed], t[placed] = found.R, found.t
    return cameras._replace(R=R, t=t)


def _first_pair(names: tuple[str, ...], xy: Array, seen: Mask) -> tuple[int, int, Array]:
    """The two cameras with most matches under a wide angle, and T_b_a with a baseline of one."""
    best, most = None, 0.0
    for a, b in combinations(range(len(names)), 2):
        both = seen[a] & seen[b]
        if both.sum() < _LEAST_MATCHES:
            continue
        T_b_a, agreeing, angle = _two_views(xy[a, both], xy[b, both])
        worth = agreeing * min(angle, _WIDE_RAD)
        if worth > most:
            best, most = (a, b, T_b_a), worth
    if best is None:
        raise CalibrationError(
            f"no two cameras share {_LEAST_MATCHES} points of the person; record longer, with all seeing the person"
        )
    return best


def _two_views(xy_a: Array, xy_b: Array) -> tuple[Array, int, float]:
    """T_b_a (unit baseline), number of agreeing matches, and the median angle between their rays."""
    E: Any = cv2.findEssentialMat(xy_a, xy_b, np.eye(3), cv2.RANSAC, 0.999, _EPIPOLAR)[0]
    if E is None or np.shape(E) != (3, 3):
        return np.eye(4), 0, 0.0
    agreeing, R, t, mask = cv2.recoverPose(E, xy_a, xy_b, np.eye(3))
    inside = np.asarray(mask).ravel() > 0
    rays_a = np.concatenate([xy_a[inside], np.ones((int(inside.sum()), 1))], axis=1) @ np.asarray(R, dtype=float).T
    rays_b = np.concatenate([xy_b[inside], np.ones((int(inside.sum()), 1))], axis=1)
    cosine = (rays_a * rays_b).sum(axis=1) / (np.linalg.norm(rays_a, axis=1) * np.linalg.norm(rays_b, axis=1))
    angle = float(np.median(np.arccos(np.clip(cosine, -1.0, 1.0)))) if inside.any() else 0.0
    return se3.compose(np.asarray(R, dtype=float), np.asarray(t, dtype=float).ravel()), int(agreeing), angle
