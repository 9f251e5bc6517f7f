"""An existing rig brought up to date by a session's own keypoints: all cameras a little, or one that was moved."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.masks import finite_points
from calibration.people.point_bundle import PointViews, PoseTrust, adjust_to_points
from calibration.people.structure import resect
from geometry import se3
from geometry.camera_model import CameraArrays, normalise, project
from geometry.rays import triangulate_linear
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Refined:
    """Outcome: the new rig, median pixel distance per camera before and after, and how far each camera went."""

    rig: Rig
    before_px: Array
    after_px: Array
    moved_m: Array
    turned_rad: Array


# A rig worth refining stood this well, and keypoints are no board: they may nudge it, not bend it to their own bias.
TRUST = PoseTrust(place_m=0.005, turn_rad=np.deg2rad(0.3))

# A bumped tripod turns far more than it travels.  A person's few points tell turn and travel apart only poorly.
BUMPED = PoseTrust(place_m=0.02, turn_rad=np.deg2rad(5.0))
_LARGEST_BUMP_RAD = np.deg2rad(15.0)

# A camera that was carried elsewhere cannot be explained as bumped: it stays this much worse than the others.
_EXPLAINED = 2.0


def refine_rig(rig: Rig, views: PointViews, trust: PoseTrust = TRUST) -> Refined:
    """All cameras adjusted to the person's points, within what the calibration leaves open.

    Points alone fix neither place, heading nor scale of the whole: the refined cameras are laid over the old ones.
    """
    if len(rig) < 3:
        raise CalibrationError(f"the rig has {len(rig)} cameras; at least 3 are needed to refine it from a person")
    found = adjust_to_points(views, rig.arrays, np.ones(len(rig), dtype=np.bool_), trust).state.cameras
    return _outcome(rig, _laid_over(rig, found), views)


def register_camera(rig: Rig, name: str, views: PointViews) -> Refined:
    """One camera placed anew by what the others know; CalibrationError when two others do not see the person."""
    c = rig.names.index(rig.select([name]).names[0])
    others = np.arange(len(rig)) != c
    if others.sum() < 2:
        raise CalibrationError(
            f"camera '{name}': registering it again needs two other cameras; calibrate the rig again"
        )
    points = triangulate_linear(rig.arrays, views.uv, (views.seen & others[:, None]).astype(float))
    known = finite_points(points)
    xy = normalise(rig.arrays, c, views.uv[c])
    T = resect(name, points, xy, known & finite_points(xy))
    if se3.rotation_angle(T[:3, :3] @ rig.arrays.R[c].T) <= _LARGEST_BUMP_RAD:
        adjusted = adjust_to_points(views, rig.arrays, ~others, BUMPED).state.cameras
        bumped = _outcome(rig, _with_poses(rig, adjusted), views)
        if bumped.after_px[c] <= _EXPLAINED * np.nanmedian(bumped.after_px[others]):
            return bumped
    arrays = rig.arrays._replace(R=rig.arrays.R.copy(), t=rig.arrays.t.copy())
    arrays.R[c], arrays.t[c] = T[:3, :3], T[:3, 3]
    return _outcome(rig, _with_poses(rig, adjust_to_points(views, arrays, ~others).state.cameras), views)


def median_distances(rig: Rig, views: PointViews) -> Array:
    """(C,) median pixel distance of each camera's points to where the others put them."""
    distance = np.full(len(rig), np.nan)
    for c in range(len(rig)):
        others = np.arange(len(rig)) != c
        weight = (views.seen & others[:, None]).astype(float)
        weight[:, weight.sum(axis=0) < 2] = 0.0
        points = triangulate_linear(rig.arrays, views.uv, weight)
        miss = np.linalg.norm(project(rig.arrays, c, points) - views.uv[c], axis=-1)
        distance[c] = np.nanmedian(miss) if np.isfinite(miss).any() else np.nan
    return distance


def _outcome(old: Rig, new: Rig, views: PointViews) -> Refined:
    moved = [
        float(np.linalg.norm(a.centre_world - b.centre_world)) for a, b in zip(new.cameras, old.cameras, strict=True)
    ]
    turned = [
        float(se3.rotation_angle(a.T_camera_world[:3, :3] @ b.T_camera_world[:3, :3].T))
        for a, b in zip(new.cameras, old.cameras, strict=True)
    ]
    return Refined(new, median_distances(old, views), median_distances(new, views), np.array(moved), np.array(turned))


def _with_poses(rig: Rig, cameras: CameraArrays) -> Rig:
    posed = [
        replace(c, T_camera_world=se3.compose(R, t)) for c, R, t in zip(rig.cameras, cameras.R, cameras.t, strict=True)
    ]
    return Rig(tuple(posed))


def _laid_over(rig: Rig, cameras: CameraArrays) -> Rig:
    """The adjusted cameras moved, turned and scaled onto the rig's centres and directions (Umeyama)."""
    new = _with_poses(rig, cameras)
    a, b = _landmarks(new), _landmarks(rig)
    centred_a, centred_b = a - a.mean(axis=0), b - b.mean(axis=0)
    rotation = se3.nearest_rotation(centred_b.T @ centred_a)
    scale = float((centred_b * (centred_a @ rotation.T)).sum() / (centred_a**2).sum())
    scaled: list[Camera] = []
    for camera in new.cameras:
        T = camera.T_camera_world.copy()
        T[:3, 3] *= scale
        scaled.append(replace(camera, T_camera_world=T))
    shift = b.mean(axis=0) - scale * rotation @ a.mean(axis=0)
    return Rig(tuple(scaled)).moved(se3.compose(rotation, shift))


def _landmarks(rig: Rig) -> Array:
    """Centres of the cameras: their spread carries the metre."""
    return np.array([camera.centre_world for camera in rig.cameras])
