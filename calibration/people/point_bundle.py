"""Bundle adjustment over free points: the board solver, with every point a board that has one corner."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.bundle.adjust import Adjustment, Knowledge, adjust
from calibration.bundle.problem import Corners, Sightings, State
from calibration.kernels.board_view import CAMERA
from calibration.masks import finite_points
from geometry.camera_model import CameraArrays
from geometry.rays import triangulate_linear

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST_POINTS = 1500
_POINT_FREEDOM = 3.0


@dataclass(frozen=True, eq=False)
class PointViews:
    """N points seen by C cameras: `kinds` different keypoints over many frames; `uv` (C, N, 2) px, NaN where unseen."""

    uv: Array
    kinds: int

    @property
    def seen(self) -> Mask:
        """(C, N)."""
        return finite_points(self.uv)

    def only(self, points: Mask) -> "PointViews":
        """The points where `points` (N,) holds."""
        return PointViews(self.uv[:, points], self.kinds)

    def thinned(self) -> "PointViews":
        """At most MOST_POINTS of the points that two cameras saw, those seen by more first, else evenly spread."""
        views = self.seen.sum(axis=0)
        useful = np.flatnonzero(views >= 2)
        spread = useful[np.argsort(-views[useful], kind="stable")]
        if len(spread) > MOST_POINTS:
            most = spread[: 4 * MOST_POINTS]
            spread = np.sort(most)[np.linspace(0, len(most) - 1, MOST_POINTS).astype(int)]
        keep = np.zeros(self.uv.shape[1], dtype=np.bool_)
        keep[spread] = True
        return self.only(keep)


@dataclass(frozen=True)
class PoseTrust:
    """How well camera poses were known before: standard deviations of their place (metres) and turn (radians)."""

    place_m: float
    turn_rad: float

    def precision(self) -> Array:
        """(CAMERA, CAMERA)."""
        diagonal = np.zeros(CAMERA)
        diagonal[:3], diagonal[3:6] = 1.0 / self.place_m**2, 1.0 / self.turn_rad**2
        return np.diag(diagonal)


def adjust_to_points(
    views: PointViews, cameras: CameraArrays, moving: Mask, trust: PoseTrust | None = None
) -> Adjustment:
    """Poses of the cameras where `moving` (C,) holds, adjusted together with all points; lenses are held.

    A detector puts a keypoint wrong in the same way frame after frame.  Against what was known before (`trust`), all
    frames of a keypoint therefore count as one.
    """
    views = views.thinned()
    points = triangulate_linear(cameras, views.uv, views.seen.astype(float))
    placed = finite_points(points)
    views, points = views.only(placed), points[placed]
    sightings = _as_sightings(views)
    knots = len(points)
    clocks = np.zeros(len(views.uv))
    still = np.broadcast_to(np.eye(3), (knots, 3, 3)).copy()
    state = State(cameras, clocks, clocks.copy(), still, points)
    free = np.zeros((len(views.uv), CAMERA), dtype=np.bool_)
    free[moving, :6] = True
    knowledge = Knowledge.none(state)
    if trust is not None:
        knowledge.precision[:] = trust.precision() * max(1.0, len(points) / views.kinds)
    return adjust(sightings, state, free, knowledge, timed=False)


def _as_sightings(views: PointViews) -> Sightings:
    knot, camera = np.nonzero(views.seen.T)
    uv = np.ascontiguousarray(views.uv[camera, knot])
    n = len(knot)
    times = np.arange(views.uv.shape[1], dtype=float)
    return Sightings(
        Corners(np.zeros((n, 3)), uv, np.zeros(n)), np.arange(n + 1), camera, knot, times[knot], times, _POINT_FREEDOM
    )
