"""One person's keypoints with left and right put right and stray detections named, before anything is estimated."""

import numpy as np
from numpy.typing import NDArray

from capture.keypoint_sets import KeypointSet
from geometry.rig import Rig
from reconstruct.kernels.clean_frame import CleanerState, NoiseShares, clean_frame, cleaner_state
from reconstruct.kernels.clean_trial import clean_frames
from reconstruct.pixel_noise import PixelNoise, picture_scales
from reconstruct.tracking.body_sides import acceleration_psd, body_sides
from reconstruct.tracking.clean_views import CleanViews
from reconstruct.tracking.instants import Instants, group_instants
from reconstruct.tracking.noise_fit import fit_noise
from reconstruct.tracking.suspects import SUSPECT_SHARE, contradiction

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MUCH_NOISIER = 1.3


class ViewCleaner:
    """Cleans frame after frame; knows only the past, so live and recorded trials take the same path."""

    def __init__(self, rig: Rig, keypoints: KeypointSet, noise: PixelNoise, interval_s: float) -> None:
        self._cameras = rig.arrays
        self._body = body_sides(keypoints)
        self._state = cleaner_state(len(rig), len(keypoints), self._body.moves.shape[1])
        self._psd = acceleration_psd(keypoints)
        moving = noise.white_px**2 + noise.drift_px**2
        self._shares = NoiseShares(moving / (moving + noise.bias_px**2), noise.temporal_px(interval_s) ** 2 / moving)
        self._swapped = np.zeros((len(rig), len(keypoints)), dtype=np.bool_)
        self._trusted = np.zeros((len(rig), len(keypoints)), dtype=np.bool_)
        self._turned = np.zeros(self._body.moves.shape[1], dtype=np.int64)
        self._memory = _memory(self._state)
        self._kept = [array.copy() for array in self._memory]

    def look_ahead(self, uv: Array, variance: Array, interval_s: float, lag_s: Array) -> tuple[Flags, Flags]:
        """Settle a frame of which views are still to come, without learning from it; arguments as of `clean`."""
        for kept, now in zip(self._kept, self._memory, strict=True):
            kept[:] = now
        settled = self.clean(uv, variance, interval_s, lag_s)
        for kept, now in zip(self._kept, self._memory, strict=True):
            now[:] = kept
        return settled

    def clean(self, uv: Array, variance: Array, interval_s: float, lag_s: Array) -> tuple[Flags, Flags]:
        """Settle one frame.

        Parameters
        ----------
        uv : (C, K, 2) px
        variance : (C, K) px^2 per axis, NaN where nothing was detected
        interval_s : since the frame before
        lag_s : (C,) capture time of each camera minus the frame's

        Returns
        -------
        swapped, trusted : (C, K), overwritten by the next call
        """
        clean_frame(
            self._cameras,
            self._body,
            self._state,
            uv,
            variance,
            interval_s,
            lag_s,
            self._psd,
            self._shares,
            self._swapped,
            self._trusted,
            self._turned,
        )
        return self._swapped, self._trusted

    def clean_all(self, uv: Array, variance: Array, instants: Instants) -> tuple[Flags, Flags]:
        """Settle all instants of a trial, one after the other.

        Parameters
        ----------
        uv, variance : (C, F, K, 2) px and (C, F, K) px^2, as in `clean`
        instants : which frames they are

        Returns
        -------
        swapped, trusted : (C, F, K)
        """
        swapped, trusted = np.zeros(variance.shape, dtype=np.bool_), np.zeros(variance.shape, dtype=np.bool_)
        clean_frames(
            self._cameras,
            self._body,
            self._state,
            np.ascontiguousarray(uv, dtype=float),
            np.ascontiguousarray(variance, dtype=float),
            instants.frame,
            np.diff(instants.time_s, prepend=instants.time_s[0]),
            instants.lag_s,
            self._psd,
            self._shares,
            swapped,
            trusted,
        )
        return swapped, trusted

    @property
    def partner(self) -> NDArray[np.int64]:
        """(K,) every joint's mirror partner, itself where it has none."""
        return self._body.partner

    @property
    def bias_px(self) -> Array:
        """(C, K, 2) long-run disagreement of each view, px."""
        return self._state.bias

    @property
    def bias_sd_px(self) -> Array:
        """(C, K) standard deviation of `bias_px` per axis; NaN where it was never seen with two other views."""
        return np.sqrt(np.where(self._state.bias_variance < 0.0, np.nan, self._state.bias_variance))


def _memory(state: CleanerState) -> tuple[NDArray[np.generic], ...]:
    """What is carried from one frame to the next; all else in a state is scratch."""
    points = state.points
    motion = points.position, points.velocity, points.pp, points.pv, points.vv, points.age_s
    labels = state.labels.swapped, state.distrusted, state.sides.evidence, state.sides.frames
    return *motion, *labels, state.bias, state.bias_variance


def clean_views(
    rig: Rig, keypoints: KeypointSet, time_s: Array, uv: Array, confidence: Array, noise: PixelNoise
) -> CleanViews:
    """Clean a recorded trial of one person, frame after frame as it would have been live.

    Where the recording turns out much noisier than the model, it is cleaned once more with the noise that it showed;
    not where a camera contradicts the others, as that is no noise but a wrong calibration.

    Parameters
    ----------
    rig : C cameras
    keypoints : set of the K keypoints
    time_s : (C, F) capture times, seconds; the cameras need not be synchronised
    uv : (C, F, K, 2) px
    confidence : (C, F, K), 0 where not seen
    noise : of the detector
    """
    instants = group_instants(time_s)
    interval_s = float(np.median(np.diff(time_s, axis=1))) if time_s.shape[1] > 1 else noise.drift_time_s
    views = _cleaned(rig, keypoints, instants, uv, confidence, noise, interval_s)
    worse = max(views.noise.white_px / noise.white_px, views.noise.bias_px / noise.bias_px)
    if worse > _MUCH_NOISIER and np.max(contradiction(views)) < SUSPECT_SHARE:
        views = _cleaned(rig, keypoints, instants, uv, confidence, views.noise, interval_s)
    return views


def _cleaned(
    rig: Rig,
    keypoints: KeypointSet,
    instants: Instants,
    uv: Array,
    confidence: Array,
    noise: PixelNoise,
    interval_s: float,
) -> CleanViews:
    """One pass through the trial; arguments as in `clean_views`."""
    variance = noise.variance_px2(confidence, *picture_scales(rig, uv, confidence))
    cleaner = ViewCleaner(rig, keypoints, noise, interval_s)
    swapped, trusted = cleaner.clean_all(uv, variance, instants)
    score = np.where(swapped, confidence[:, :, cleaner.partner], confidence)
    clean_uv = np.where(swapped[..., None], uv[:, :, cleaner.partner], uv)
    believed = np.where(trusted, score, 0.0)
    return CleanViews(
        uv=clean_uv,
        confidence=believed,
        swapped=swapped,
        rejected=(score > 0.0) & ~trusted,
        bias_px=cleaner.bias_px.copy(),
        bias_sd_px=cleaner.bias_sd_px,
        noise=fit_noise(noise, rig, clean_uv, believed, interval_s),
    )
