"""Latencies from fast movement: at the right times all views of a limb meet in one point.

Tracks are read at shifted times, triangulated, and compared with the pixels again; the shifts that make views agree
best are the latencies (variable projection, Golub & Pereyra 1973, with the points as the linear part).  Views of a
detector disagree by constant amounts too; what is constant over time is therefore taken out of the residuals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from capture.errors import CaptureError
from capture.latency.estimate import LatencyEstimate
from capture.latency.track_reading import read_track
from capture.types import Array
from geometry.camera_model import project
from geometry.rays import triangulate_linear
from geometry.rig import Rig

LARGEST_LATENCY_S = 0.2
_ROBUST_PX = 5.0
_BLOCK_S = 0.25
_MIN_CONFIDENCE = 0.3
_MIN_POINTS = 200
_WORST_SD_S = 0.005
_MIN_SPEED, _SPEED_SPAN_S = 0.3, 0.2
_MOST_STEPS = 60


@dataclass(frozen=True, eq=False)
class _Tracks:
    """Tracks of K points in C cameras: `time_s` (C, F), `uv` (C, F, K, 2) NaN where not trusted, `at_s` (T,)."""

    rig: Rig
    time_s: Array
    uv: Array
    at_s: Array

    def read(self, latency_s: Array) -> tuple[Array, Array]:
        """Tracks (C, T, K, 2) px at shifted times, and the points (T, K, 3) in metres that they give."""
        uv = np.stack([read_track(self.time_s[c], self.uv[c], self.at_s + s) for c, s in enumerate(latency_s)])
        flat = uv.reshape(len(uv), -1, 2)
        weights = np.isfinite(flat).all(axis=-1).astype(float)
        return uv, triangulate_linear(self.rig.arrays, flat, weights).reshape(*uv.shape[1:3], 3)

    def residuals(self, latency_s: Array) -> Array:
        """(C, T, K, 2) px between tracks and the points they give; NaN where a point lacks views."""
        uv, points = self.read(latency_s)
        residuals = uv - np.stack([project(self.rig.arrays, c, points) for c in range(len(uv))])
        with np.errstate(invalid="ignore"):
            return residuals - _mean_over_time(residuals)


def latency_by_motion(rig: Rig, cameras: Sequence[str], time_s: Array, uv: Array, confidence: Array) -> LatencyEstimate:
    """Latencies of C cameras that watch one moving person.

    Parameters
    ----------
    rig : C calibrated cameras, in the order of the arrays
    cameras : their names
    time_s : (C, F) capture times as stamped, one clock
    uv : (C, F, K, 2) px of one person, NaN where not seen
    confidence : (C, F, K)

    Returns
    -------
    LatencyEstimate; its sds hold for the movement at hand, blocks of a quarter second being independent

    Raises
    ------
    CaptureError : fewer than two cameras, too little in common, or a movement too slow to tell
    """
    if len(rig) < 2:
        raise CaptureError("latency: two cameras or more are needed")
    trusted = np.where((confidence >= _MIN_CONFIDENCE)[..., None], uv, np.nan)
    tracks = _Tracks(rig, time_s, trusted, _common_times(time_s))
    usable = np.isfinite(tracks.residuals(np.zeros(len(rig)))).all(axis=-1).sum()
    if usable < _MIN_POINTS * len(rig):
        raise CaptureError(f"latency: only {usable} sightings are common to the cameras; record a longer movement")
    speed = _fast_speed(tracks)
    if not speed > _MIN_SPEED:
        raise CaptureError(
            f"latency: the fastest points move at {speed:.2f} m/s, too slow to tell; swing arms and legs"
        )
    latency_s = _fit(tracks)
    sd_s = _standard_deviations(tracks, latency_s)
    if not ((sd_s < _WORST_SD_S) & (np.abs(latency_s) < LARGEST_LATENCY_S / 2)).all():
        raise CaptureError("latency: the views do not tell; swing arms and legs fast in view of all cameras")
    return LatencyEstimate(tuple(cameras), latency_s, sd_s)


def _common_times(time_s: Array) -> Array:
    """Times that every camera covers even when it is shifted, at the rate of the slowest camera."""
    first, last = time_s[:, 0].max() + LARGEST_LATENCY_S, time_s[:, -1].min() - LARGEST_LATENCY_S
    interval = float(np.median(np.diff(time_s, axis=1), axis=1).max())
    return first + interval * np.arange(max(0, int((last - first) / interval)), dtype=float)


def _fast_speed(tracks: _Tracks) -> float:
    """Speed (m/s) that a tenth of the points exceed, over a span in which jitter does not count."""
    _, points = tracks.read(np.zeros(len(tracks.rig)))
    steps = max(1, round(_SPEED_SPAN_S / (tracks.at_s[1] - tracks.at_s[0])))
    distances = np.linalg.norm(points[steps:] - points[:-steps], axis=-1)
    return float(np.nanquantile(distances, 0.9)) / _SPEED_SPAN_S


def _mean_over_time(residuals: Array) -> Array:
    seen = np.isfinite(residuals)
    count = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    return np.where(seen, residuals, 0.0).sum(axis=1, keepdims=True) / count


def _spread(free: Array) -> Array:
    """All C latencies from the C - 1 free ones: their mean is zero."""
    return np.append(free, -free.sum())


def _fit(tracks: _Tracks) -> Array:
    def flat_residuals(free: Array) -> Array:
        return np.nan_to_num(tracks.residuals(_spread(free))).ravel()

    def jacobian(free: Array) -> Array:
        return np.stack([_slope(tracks, _spread(free), c).ravel() for c in range(len(free))], axis=1)

    solution = least_squares(
        flat_residuals,
        np.zeros(len(tracks.rig) - 1),
        jacobian,
        bounds=(-LARGEST_LATENCY_S, LARGEST_LATENCY_S),
        x_scale=0.01,
        loss="soft_l1",
        f_scale=_ROBUST_PX,
        max_nfev=_MOST_STEPS,
    )
    return _spread(np.asarray(solution.x))


def _standard_deviations(tracks: _Tracks, latency_s: Array) -> Array:
    """Sandwich estimate: residuals within a block of time go together, those of different blocks do not."""
    residuals = np.nan_to_num(tracks.residuals(latency_s))
    weights = 1.0 / np.sqrt(1.0 + (residuals / _ROBUST_PX) ** 2)
    slopes = np.stack([_slope(tracks, latency_s, c) for c in range(len(latency_s) - 1)])
    gradient = np.einsum("pctkx,ctkx->tp", slopes, weights * residuals)
    information = np.einsum("pctkx,qctkx,ctkx->pq", slopes, slopes, weights)
    blocks = _block_sums(gradient, tracks.at_s)
    inverse = np.asarray(np.linalg.pinv(information), dtype=float)
    scale = len(blocks) / max(len(blocks) - len(inverse), 0.5)
    covariance = inverse @ (scale * blocks.T @ blocks) @ inverse
    to_all = np.vstack([np.eye(len(covariance)), -np.ones(len(covariance))])
    return np.sqrt(np.diag(to_all @ covariance @ to_all.T))


def _slope(tracks: _Tracks, latency_s: Array, free: int, step_s: float = 1e-3) -> Array:
    """Change of residuals (C, T, K, 2) with one free latency, px per second."""
    shift = np.zeros_like(latency_s)
    shift[free], shift[-1] = step_s, -step_s
    ahead, behind = tracks.residuals(latency_s + shift), tracks.residuals(latency_s - shift)
    return np.nan_to_num((ahead - behind) / (2 * step_s))


def _block_sums(values: Array, at_s: Array) -> Array:
    """Sums (B, P) of values (T, P) over blocks of time."""
    block: NDArray[np.int64] = ((at_s - at_s[0]) / _BLOCK_S).astype(np.int64)
    sums = np.zeros((int(block[-1]) + 1, values.shape[1]))
    np.add.at(sums, block, values)
    return sums
