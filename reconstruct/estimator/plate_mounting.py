"""Where plates sit on their segments, to begin with: fitted to what is seen of them while the body is known.

A square seen by one camera may lie in two ways; the candidates of several sightings are held against all of them, and
against the fact that a plate lies on the skin, so that its normal points away from the bone.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from geometry.camera_model import CameraArrays, normalise, project
from reconstruct.estimator.plates import CORNER_SD_PX, PlateObservations
from reconstruct.estimator.smoothing_problem import Estimate, TrialProblem, trial_problem
from reconstruct.kernels.kinematics import segment_frames
from reconstruct.kernels.skeleton import N_DOF, N_PIVOTS, SEGMENTS

Array = NDArray[np.float64]

_MOST_SIGHTINGS = 40
_CANDIDATE_SIGHTINGS, _REFINED = 6, 4
_SKIN_SLOPE_SD = 0.3
"""Sine of the angle between a plate's normal and the direction away from the bone, on people."""
_FACES_OUT = 0.3
"""Least cosine of that angle: whoever straps a plate on turns its back to the skin."""
_INDEPENDENT = 3
"""Sightings by one camera that count in full: while somebody stands still, all of them are wrong alike."""
_GROSS_PX = 15.0
_MOUNT_SD = np.array([0.03] * 3 + [0.3] * 3)
"""How far a first guess of a mounting may be off: metres, then radians."""


@dataclass(frozen=True, eq=False)
class MountedPlates:
    """Which plates have a place in the belief: their `numbers` (T,) in its order, and the orientations `R0` (T, 3, 3)
    in their segments that its rotation vectors start from."""

    numbers: NDArray[np.int64]
    R0: Array


NOT_MOUNTED = MountedPlates(np.zeros(0, dtype=np.int64), np.zeros((0, 3, 3)))


def mount_plates(
    problem: TrialProblem, at: Estimate, worn: PlateObservations, mounted: MountedPlates
) -> tuple[TrialProblem, Estimate, MountedPlates]:
    """Add plates to a trial's problem that has been solved without them.

    Plates that no earlier trial has seen get a place in the belief.

    Parameters
    ----------
    worn : every plate of the session as this trial sees it
    mounted : plates that the belief already knows
    """
    axes, origins = segment_poses(
        at.x[:, :N_DOF], replace(problem.prior, mean=at.globals).geometry, problem.motion.coupling.array
    )
    new = np.setdiff1d(np.flatnonzero(worn.seen), mounted.numbers)
    belief, globals_ = problem.prior, at.globals
    if len(new):
        centres, turns = first_mounts(problem.cameras, worn.only(new), axes, origins)
        mounts = np.hstack([centres, np.zeros((len(new), 7))])
        belief = belief.with_plates(mounts, np.hstack([np.tile(_MOUNT_SD, (len(new), 1)), worn.gain_sd[new]]))
        globals_ = np.concatenate([globals_, mounts.ravel()])
        mounted = MountedPlates(np.concatenate([mounted.numbers, new]), np.concatenate([mounted.R0, turns]))
    plates = replace(worn.only(mounted.numbers), R0=mounted.R0)
    plates = without_strays(problem.cameras, plates, replace(belief, mean=globals_).mounts, axes, origins)
    with_plates = trial_problem(problem.cameras, problem.seen, belief, problem.motion, plates)
    return with_plates, Estimate(at.x, globals_), mounted


def segment_poses(q: Array, geometry: Array, coupling: Array) -> tuple[Array, Array]:
    """Axes (F, 8, 3, 3) and origins (F, 8, 3) of all segments for poses (F, 27)."""
    axes, origins = np.empty((len(q), len(SEGMENTS), 3, 3)), np.empty((len(q), len(SEGMENTS), 3))
    joints, pivots, all_origins = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3)), np.empty((len(SEGMENTS) + 2, 3))
    for t, pose in enumerate(q):
        segment_frames(pose, geometry, coupling, axes[t], all_origins, joints, pivots)
        origins[t] = all_origins[: len(SEGMENTS)]
    return axes, origins


def square(half_m: float) -> Array:
    """Corners (4, 3) of a plate in its own frame: x right, y up, z away from the skin, in OpenCV's order."""
    return half_m * np.array([[-1.0, 1, 0], [1, 1, 0], [1, -1, 0], [-1, -1, 0]])


def first_mounts(cameras: CameraArrays, plates: PlateObservations, axes: Array, origins: Array) -> tuple[Array, Array]:
    """First guess of every plate: centres (T, 3) m and orientations (T, 3, 3) in the segments.

    Parameters
    ----------
    cameras : C cameras
    plates : all of them seen at least once
    axes, origins : (F, 8, 3, 3), (F, 8, 3) poses of the segments
    """
    centres, turns = np.empty((len(plates.segment), 3)), np.empty((len(plates.segment), 3, 3))
    for i, segment in enumerate(plates.segment):
        views = np.argwhere(np.isfinite(plates.corners[:, :, i, 0, 0]))
        views = views[:: max(1, len(views) // _MOST_SIGHTINGS)]
        c, t = views[np.argsort(views[:, 0], kind="stable")].T
        seen = _Sightings(c, axes[t, segment], origins[t, segment], plates.corners[c, t, i])
        mount = _fit(cameras, seen, float(plates.half_m[i]))
        centres[i], turns[i] = mount.centre, mount.turned
    return centres, turns


@dataclass(frozen=True, eq=False)
class _Sightings:
    """One plate seen N times: by `camera` (N,), ascending, as `corners` (N, 4, 2) px, while its segment had axes
    `R` (N, 3, 3) and origin (N, 3)."""

    camera: NDArray[np.int64]
    R: Array
    origin: Array
    corners: Array

    @property
    def weight(self) -> Array:
        """(N,) by which the errors of each sighting count."""
        _, which, count = np.unique(self.camera, return_inverse=True, return_counts=True)
        return np.sqrt(np.minimum(1.0, _INDEPENDENT / count[which]))

    def projected(self, cameras: CameraArrays, local: Array) -> Array:
        """(N, 4, 2) px of points (4, 3) of the segment."""
        world = self.origin[:, None] + local @ np.swapaxes(self.R, 1, 2)
        which, starts = np.unique(self.camera, return_index=True)
        return np.concatenate(
            [project(cameras, int(c), points) for c, points in zip(which, np.split(world, starts[1:]), strict=True)]
        )


@dataclass(frozen=True, eq=False)
class _Mount:
    """Where a plate may sit in its segment: `centre` (3,) m and orientation `turned` (3, 3)."""

    centre: Array
    turned: Array

    @property
    def faces_out(self) -> bool:
        """Whether the plate turns its face away from the bone."""
        return bool(self.turned[:, 2] @ _outward(self.centre) > _FACES_OUT)

    def moved(self, step: Array) -> "_Mount":
        """Shifted (m) and turned (rotation vector, rad) in the segment, by a step (6,)."""
        return _Mount(self.centre + step[:3], Rotation.from_rotvec(step[3:]).as_matrix() @ self.turned)


def _fit(cameras: CameraArrays, seen: _Sightings, half_m: float) -> _Mount:
    """The candidate that explains all sightings best, after refinement of the most promising ones.

    Where one camera sees a plate on somebody who stands still, both of the square's poses fit: of these one faces in.
    """

    def errors(step: Array, mount: _Mount) -> Array:
        return _errors(mount.moved(step), cameras, seen, half_m)

    def gross(mount: _Mount) -> float:
        return float(np.minimum(np.abs(errors(np.zeros(6), mount)), _GROSS_PX).sum())

    spread = range(0, len(seen.camera), max(1, len(seen.camera) // _CANDIDATE_SIGHTINGS))
    candidates = [mount for n in spread for mount in _seen_alone(cameras, seen, n, half_m)]
    promising = sorted(_facing_out(candidates), key=gross)[:_REFINED]
    found = [least_squares(errors, np.zeros(6), args=(mount,), loss="soft_l1") for mount in promising]
    refined = {mount.moved(fit.x): float(fit.cost) for mount, fit in zip(promising, found, strict=True)}
    outside = [mount for mount in refined if mount.faces_out]
    return min(outside, key=refined.__getitem__) if outside else promising[0]


def _facing_out(mounts: list[_Mount]) -> list[_Mount]:
    """Those whose plate faces out; all of them where none does."""
    return [mount for mount in mounts if mount.faces_out] or mounts


def _outward(centre: Array) -> Array:
    """Away from a segment's long axis, at a point of the segment."""
    return np.array([centre[0], 0.0, centre[2]]) / max(float(np.hypot(centre[0], centre[2])), 1e-9)


def _seen_alone(cameras: CameraArrays, seen: _Sightings, n: int, half_m: float) -> list[_Mount]:
    """The two poses in the segment that a square of which only sighting n is known may have."""
    import cv2

    c, R, origin, corners = int(seen.camera[n]), seen.R[n], seen.origin[n], seen.corners[n]
    image = normalise(cameras, c, corners)
    if not np.isfinite(image).all():
        return []
    found = cv2.solvePnPGeneric(square(half_m), image, np.eye(3), None, flags=cv2.SOLVEPNP_IPPE_SQUARE)
    mounts: list[_Mount] = []
    for turn, shift in zip(found[1], found[2], strict=True):
        world = cameras.R[c].T @ (shift[:, 0] - cameras.t[c])
        turned = R.T @ cameras.R[c].T @ Rotation.from_rotvec(turn[:, 0]).as_matrix()
        mounts.append(_Mount(R.T @ (world - origin), turned))
    return mounts


def _errors(mount: _Mount, cameras: CameraArrays, seen: _Sightings, half_m: float) -> Array:
    """Reprojection errors over their sd, and how far the plate's normal is from pointing away from the bone."""
    away = seen.corners - seen.projected(cameras, mount.centre + square(half_m) @ mount.turned.T)
    off_skin = (mount.turned[:, 2] - _outward(mount.centre)) / _SKIN_SLOPE_SD
    weighted = away * seen.weight[:, None, None] / CORNER_SD_PX
    return np.concatenate([np.nan_to_num(weighted.ravel(), nan=100.0), off_skin])


def without_strays(
    cameras: CameraArrays, plates: PlateObservations, mounts: Array, axes: Array, origins: Array
) -> PlateObservations:
    """The plates without sightings that are far from where the body says: mistaken numbers, reflections.

    `mounts` (T, 10) as in `Belief`; axes, origins as in `first_mounts`.
    """
    corners = plates.corners.copy()
    turned = Rotation.from_rotvec(mounts[:, 3:6]).as_matrix() @ plates.R0
    for i, segment in enumerate(plates.segment):
        local = mounts[i, :3] + square(float(plates.half_m[i])) @ turned[i].T
        world = origins[:, segment, None] + local @ np.swapaxes(axes[:, segment], 1, 2)
        for c in range(len(corners)):
            away = np.linalg.norm(corners[c, :, i] - project(cameras, c, world), axis=-1).max(axis=1)
            known = away[np.isfinite(away)]
            limit = max(_GROSS_PX, 5.0 * float(np.median(known))) if len(known) else _GROSS_PX
            corners[c, ~(away <= limit), i] = np.nan
    return replace(plates, corners=corners)
