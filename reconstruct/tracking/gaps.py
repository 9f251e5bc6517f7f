"""Short gaps in a joint's path bridged by its motion on both sides; long ones left open."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.types import PointTrial

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LONGEST_GAP_S = 0.25
_SPAN_S = 0.1
_UNKNOWN_SPEED = 5.0


def typical_psd(time_s: Array, xyz: Array, noise_variance: Array, most: Array) -> Array:
    """Power spectral density (K,) of each joint's acceleration in this trial, m^2/s^3.

    From second differences over `_SPAN_S`: white acceleration gives them a variance of 2/3 psd span^3 per axis, noise
    (variance `noise_variance` (K,), m^2) six times its own.  `most` (K,) is the vigorous movement that bounds it; a
    joint that is never seen long enough gets that.
    """
    step = max(round(_SPAN_S / float(np.median(np.diff(time_s)))), 1)
    if len(time_s) <= 2 * step:
        return most
    span = step * float(np.median(np.diff(time_s)))
    second = xyz[2 * step :] - 2.0 * xyz[step:-step] + xyz[: -2 * step]
    known: Flags = np.logical_and.reduce(np.isfinite(second), axis=-1)
    square = np.where(known[..., None], second, 0.0) ** 2
    mean = square.sum(axis=(0, 2)) / np.maximum(3 * known.sum(axis=0), 1)
    psd = (mean - 6.0 * noise_variance) / (2.0 / 3.0 * span**3)
    return np.where(known.any(axis=0), np.clip(psd, 0.02 * most, most), most)


def short_gaps(time_s: Array, known: Flags) -> Flags:
    """Unknown places (F, K) between two known ones no more than LONGEST_GAP_S apart."""
    frames = np.arange(len(time_s))[:, None]
    before = np.maximum.accumulate(np.where(known, frames, -1), axis=0)
    after = np.minimum.accumulate(np.where(known, frames, len(time_s))[::-1], axis=0)[::-1]
    inside = ~known & (before >= 0) & (after < len(time_s))
    length = time_s[after.clip(max=len(time_s) - 1)] - time_s[before.clip(0)]
    return inside & (length <= LONGEST_GAP_S)


def bridge_gaps(points: PointTrial, moving_share: float, most_psd: Array) -> PointTrial:
    """Fill short gaps and flag them; what was triangulated stays as it is.

    The fill is the Rauch-Tung-Striebel smoother of a joint with white acceleration, so its covariance grows
    towards the middle of the gap; the part of the covariance that is bias is carried over from the nearest point.

    Parameters
    ----------
    points : with NaN in gaps
    moving_share : share of the covariances that is not bias
    most_psd : (K,) as in `typical_psd`
    """
    known: Flags = np.logical_and.reduce(np.isfinite(points.xyz), axis=-1)
    gaps = short_gaps(points.time_s, known)
    if not gaps.any():
        return points
    moving = moving_share * points.covariance
    spread = np.trace(moving, axis1=2, axis2=3) / 3.0
    noise = np.where(known, spread, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    psd = typical_psd(points.time_s, points.xyz, noise, most_psd)
    xyz, covariance = _smooth(points.time_s, points.xyz, moving, known, psd)
    bias = (1.0 - moving_share) * _nearest(points.covariance, known)
    where = gaps[..., None]
    return replace(
        points,
        xyz=np.where(where, xyz, points.xyz),
        covariance=np.where(where[..., None], covariance + bias, points.covariance),
        bridged=points.bridged | gaps,
    )


def _nearest(values: Array, known: Flags) -> Array:
    """(F, K, 3, 3) of the last known frame, or the next where there is none before."""
    frames = np.arange(len(known))[:, None]
    last = np.maximum.accumulate(np.where(known, frames, -1), axis=0)
    following = np.minimum.accumulate(np.where(known, frames, len(known) - 1)[::-1], axis=0)[::-1]
    pick = np.where(last >= 0, last, following)
    return np.take_along_axis(values, pick[..., None, None], axis=0)


def _transition(interval_s: float, psd: Array) -> tuple[Array, Array]:
    """Transition (6, 6) of position and velocity, and (K, 6, 6) what white acceleration adds."""
    t, eye = interval_s, np.eye(3)
    move = np.block([[eye, t * eye], [np.zeros((3, 3)), eye]])
    noise = np.block([[t**3 / 3.0 * eye, t**2 / 2.0 * eye], [t**2 / 2.0 * eye, t * eye]])
    return move, psd[:, None, None] * noise


def _smooth(time_s: Array, xyz: Array, noise: Array, known: Flags, psd: Array) -> tuple[Array, Array]:
    """Smoothed positions (F, K, 3) and their covariances (F, K, 3, 3), all joints side by side."""
    frames, joints = known.shape
    mean, spread = np.zeros((frames, joints, 6)), np.zeros((frames, joints, 6, 6))
    first = _nearest(xyz[..., None], known)[0, :, :, 0]
    mean[0, :, :3] = np.nan_to_num(first)
    spread[0] = np.diag([1.0] * 3 + [_UNKNOWN_SPEED**2] * 3)
    ahead_mean, ahead = mean.copy(), spread.copy()
    for f in range(frames):
        if f:
            move, added = _transition(float(time_s[f] - time_s[f - 1]), psd)
            ahead_mean[f] = mean[f - 1] @ move.T
            ahead[f] = move @ spread[f - 1] @ move.T + added
        mean[f], spread[f] = _measured(ahead_mean[f], ahead[f], xyz[f], noise[f], known[f])
    for f in range(frames - 2, -1, -1):
        move, _ = _transition(float(time_s[f + 1] - time_s[f]), psd)
        gain = np.asarray(np.linalg.solve(ahead[f + 1], move @ spread[f]), dtype=np.float64).swapaxes(1, 2)
        mean[f] += np.einsum("kij,kj->ki", gain, mean[f + 1] - ahead_mean[f + 1])
        spread[f] += gain @ (spread[f + 1] - ahead[f + 1]) @ np.swapaxes(gain, 1, 2)
    return mean[..., :3], spread[..., :3, :3]


def _measured(mean: Array, spread: Array, xyz: Array, noise: Array, known: Flags) -> tuple[Array, Array]:
    """Kalman update of the joints that are known in a frame."""
    mean, spread = mean.copy(), spread.copy()
    P = spread[known]
    gain = np.asarray(np.linalg.solve(P[:, :3, :3] + noise[known], P[:, :3]), dtype=np.float64).swapaxes(1, 2)
    mean[known] += np.einsum("kij,kj->ki", gain, xyz[known] - mean[known, :3])
    spread[known] = P - gain @ P[:, :3]
    return mean, spread
