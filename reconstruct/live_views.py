"""The views of the instant that is being collected: laid out, left and right put right, stray detections left out."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from capture.types import FrameSet, Keypoints2D
from geometry.rig import Rig
from reconstruct.estimator.body_follower import View
from reconstruct.estimator.observations import body_point_columns
from reconstruct.kernels.picture_scale import REFERENCE_SIZE_PX
from reconstruct.kernels.skeleton import N_POINTS
from reconstruct.pixel_noise import PixelNoise, box_scale
from reconstruct.tracking.body_sides import acceleration_psd
from reconstruct.tracking.live_common_time import InstantCarrier
from reconstruct.tracking.view_cleaning import ViewCleaner
from reconstruct.types import Points3D

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_NS = 1e-9
_FORGET = 0.9995
"""How much of a person's greatest size in a picture is still believed one frame later, as people walk away."""
_SHORTEST_STEP_S = 1e-3
_KEYPOINTS_HEIGHT_M = 1.6

_Clean = Callable[[Array, Array, float, Array], tuple[Flags, Flags]]


class LiveViews:
    """One place for every camera's view of the current instant.

    Parameters
    ----------
    rig : C cameras in the order of the sets' views
    keypoint_set : of the K keypoints that the detectors emit
    noise : of the detectors
    point_noise : (P,) factor on that noise, body point by body point
    rate : of the expected movement, 1/s
    interval_s : expected time between instants

    Attributes
    ----------
    uv, variance : (C, K, 2) px and (C, K) px^2 per axis, clean; variance NaN where nothing is seen or believed
    """

    def __init__(
        self,
        rig: Rig,
        keypoint_set: KeypointSet,
        noise: PixelNoise,
        point_noise: Array,
        rate: float,
        interval_s: float,
    ) -> None:
        shape = len(rig), len(keypoint_set)
        self._camera = {name: c for c, name in enumerate(rig.names)}
        self._held: list[Keypoints2D | None] = [None] * len(rig)
        self._exposed_s = np.full(shape[0], np.nan)
        self._detected_uv, self._score = np.empty((*shape, 2)), np.empty(shape)
        self.uv, self._confidence, self.variance = np.empty((*shape, 2)), np.empty(shape), np.empty(shape)
        self._cleaner = ViewCleaner(rig, keypoint_set, noise, interval_s)
        self._carrier = InstantCarrier(len(rig), acceleration_psd(keypoint_set), noise.fresh_share)
        self._partner = np.arange(len(keypoint_set))
        for left, right in keypoint_set.left_right_pairs:
            self._partner[[left, right]] = right, left
        columns = body_point_columns(keypoint_set)
        self._known = columns >= 0
        self._columns = columns[self._known]
        self._noise, self._point_noise, self._rate, self._interval_s = noise, point_noise, rate, interval_s
        self._picture = self._standing = np.full(shape[0], np.nan)
        self._used_s, self._last_s = np.full(shape[0], np.nan), np.nan
        self.empty()

    def empty(self) -> None:
        """Begin a new instant."""
        for c in range(len(self._held)):
            self._leave_out(c)

    def put(self, view: Keypoints2D) -> int:
        """Lay out one view, in place of an earlier one of its camera; returns the number of the camera."""
        c = self._camera[view.camera]
        self._leave_out(c)
        self._held[c], self._exposed_s[c] = view, view.time_ns * _NS
        if len(view.uv):
            self._detected_uv[c], self._score[c] = view.uv[0], view.confidence[0]
        return c

    def complete(self, views: FrameSet) -> list[int]:
        """Lay out exactly this set; returns the cameras whose views are new, in order of exposure."""
        new: list[int] = []
        for c, view in enumerate(views.views):
            if view is None:
                self._leave_out(c)
            elif view is not self._held[c]:
                new.append(self.put(view))
        return sorted(new, key=lambda c: self._exposed_s[c])

    def look_ahead(self) -> None:
        """Clean what is there of an instant that is not complete."""
        self._clean(float(np.nanmean(self._exposed_s)), self._cleaner.look_ahead)

    def settle(self, time_s: float) -> None:
        """Clean the complete instant and learn from it."""
        self._standing = self._clean(time_s, self._cleaner.clean)
        self._last_s = time_s

    def at(self, time_s: float) -> tuple[Array, Array]:
        """Keypoints (C, K, 2) px as they were at one time, with their variance (C, K) px^2 then; for one call a set."""
        px_per_metre = self._standing * (REFERENCE_SIZE_PX / _KEYPOINTS_HEIGHT_M)
        exposed_s = np.where(np.isnan(self._exposed_s), time_s, self._exposed_s)
        return self._carrier.carry(time_s, exposed_s, self.uv, self.variance, px_per_metre)

    def body_view(self, c: int) -> View | None:
        """The body points of a camera, to be used once; None where it does not see the person."""
        if not self._confidence[c].any():
            return None
        since_s = self._exposed_s[c] - self._used_s[c]
        self._used_s[c] = self._exposed_s[c]
        instant_px = self._noise.instant_px
        shared_px = self._noise.temporal_px(float(since_s) if since_s > 0 else self._interval_s, self._rate)
        uv, sd = np.full((N_POINTS, 2), np.nan), np.full(N_POINTS, np.nan)
        uv[self._known] = self.uv[c, self._columns]
        sd[self._known] = self._noise.factor(self._confidence[c], self._picture[c])[self._columns]
        scale = np.maximum(self._point_noise * instant_px, 0.5) * shared_px / instant_px
        return View(c, float(self._exposed_s[c]), uv, (sd * scale) ** 2)

    def body_points(self, points: Points3D) -> tuple[Array, Array]:
        """(P, 3) metres and (P, 3, 3): the body's points among all keypoints."""
        xyz, covariance = np.full((N_POINTS, 3), np.nan), np.full((N_POINTS, 3, 3), np.nan)
        xyz[self._known], covariance[self._known] = points.xyz[self._columns], points.covariance[self._columns]
        return xyz, covariance

    def _leave_out(self, c: int) -> None:
        self._held[c], self._exposed_s[c] = None, np.nan
        self._detected_uv[c], self._score[c] = np.nan, 0.0

    def _clean(self, time_s: float, clean: _Clean) -> Array:
        """Exchange mistaken sides and drop what is not believed; returns each person's greatest size (C,) px."""
        self.uv[:], self._confidence[:] = self._detected_uv, self._score
        self._picture = box_scale(self.uv, self._confidence)
        standing = np.fmax(_FORGET * self._standing, self._picture)
        self.variance = self._noise.variance_px2(self._confidence, self._picture, standing)
        step_s = self._interval_s if np.isnan(self._last_s) else max(time_s - self._last_s, _SHORTEST_STEP_S)
        lag_s = np.where(np.isnan(self._exposed_s), 0.0, self._exposed_s - time_s)
        swapped, trusted = clean(self.uv, self.variance, step_s, lag_s)
        for values in (self.uv, self._confidence, self.variance):
            values[swapped] = values[:, self._partner][swapped]
        self.variance[~trusted] = np.nan
        self._confidence[~trusted] = 0.0
        return standing
