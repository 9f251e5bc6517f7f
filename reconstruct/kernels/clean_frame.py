"""One frame of one person: labels settled, stray views named, motion and view bias carried on."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inner_kernel, kernel
from geometry.camera_model import normalise_pixel, project_point
from geometry.rays import intersect_rays
from reconstruct.kernels.label_moves import settle_labels
from reconstruct.kernels.limb_sides import LimbSides, judge_sides, limb_sides, relabel, turn_unit
from reconstruct.kernels.point_filter import PointFilter, point_filter, predict, start, update
from reconstruct.kernels.view_labels import (
    DROP_DISTRUSTED,
    DROP_TRUSTED,
    LabelWork,
    fill_readings,
    joint_cost,
    label_work,
)
from reconstruct.kernels.view_quadratics import QUADRATIC, invert_symmetric3, minimum

Array = NDArray[np.float64]

FORGET_S = 0.5
_FORGET_SD_M = 0.3
_START_SPEED_SD = 2.0
_VIEWS_DISAGREE_M = 0.015
_BIAS_WALK_S = 5.0


class CleanerState(NamedTuple):
    """What is known of one person between frames; C cameras, K keypoints."""

    points: PointFilter
    labels: LabelWork
    sides: LimbSides
    distrusted: NDArray[np.bool_]
    """(C, K) views left out in the frame before"""
    bias: Array
    """(C, K, 2) px by which a view disagrees with the others in the long run"""
    bias_variance: Array
    """(C, K) px^2"""
    anchor: Array
    """(K, 3) positions that the frame is linearised at"""
    total: Array
    """(QUADRATIC,)"""
    covariance: Array
    """(3, 3)"""
    xy: Array
    """(C, 2)"""
    precision: Array
    """(C,)"""


class NoiseShares(NamedTuple):
    """How the variance of a detection splits by memory."""

    moving: float
    """share that is white noise and drift; the rest is bias"""
    inflation: float
    """factor on the moving share for what neighbouring frames have in common"""


def cleaner_state(cameras: int, points: int, units: int) -> CleanerState:
    """State that knows nothing yet."""
    return CleanerState(
        point_filter(points),
        label_work(cameras, points, units),
        limb_sides(units),
        np.zeros((cameras, points), dtype=np.bool_),
        np.zeros((cameras, points, 2)),
        np.full((cameras, points), -1.0),
        np.zeros((points, 3)),
        np.zeros(QUADRATIC),
        np.zeros((3, 3)),
        np.zeros((cameras, 2)),
        np.zeros(cameras),
    )


@inner_kernel
def _forget_lost(points):
    """Points unconfirmed for too long, or too vague to linearise at, are unknown again."""
    for k in range(len(points.age_s)):
        vague = points.pp[k, 0, 0] + points.pp[k, 1, 1] + points.pp[k, 2, 2] > 3.0 * _FORGET_SD_M * _FORGET_SD_M
        if points.age_s[k] > FORGET_S or vague:
            points.age_s[k] = math.inf


@inner_kernel
def _fill_prior(points, k, covariance, q):
    """Quadratic of the predicted position, widened by how far views disagree in the long run."""
    pp = points.pp[k]
    widened = q  # borrowed for the upper triangle
    widened[0], widened[1], widened[2] = pp[0, 0] + _VIEWS_DISAGREE_M**2, pp[0, 1], pp[0, 2]
    widened[3], widened[4] = pp[1, 1] + _VIEWS_DISAGREE_M**2, pp[1, 2]
    widened[5] = pp[2, 2] + _VIEWS_DISAGREE_M**2
    known = invert_symmetric3(widened, covariance)
    q[0], q[1], q[2] = covariance[0, 0], covariance[0, 1], covariance[0, 2]
    q[3], q[4], q[5] = covariance[1, 1], covariance[1, 2], covariance[2, 2]
    q[6] = q[7] = q[8] = q[9] = 0.0
    return known


@inner_kernel
def _place(cameras, body, state, uv, variance, k):
    """Where to linearise joint k that has no history: near the rays of its detections as labelled; NaN if nowhere."""
    labels = state.labels
    u = body.unit[k]
    for c in range(len(uv)):
        seen = body.partner[k] if u >= 0 and labels.swapped[c, u] else k
        state.precision[c] = 0.0
        if variance[c, seen] > 0.0:
            state.xy[c, 0], state.xy[c, 1] = normalise_pixel(cameras, c, uv[c, seen, 0], uv[c, seen, 1])
            state.precision[c] = 1.0 / variance[c, seen]
    return intersect_rays(cameras, state.xy, state.precision)


@inner_kernel
def _prepare(cameras, body, state, uv, variance):
    """Anchors and priors of all joints, and prices of distrust."""
    points, labels = state.points, state.labels
    for k in range(len(body.unit)):
        labels.has_prior[k] = False
        if math.isfinite(points.age_s[k]):
            labels.has_prior[k] = _fill_prior(points, k, state.covariance, labels.prior[k])
        if labels.has_prior[k]:
            state.anchor[k] = points.position[k]
        else:
            points.velocity[k] = 0.0
            state.anchor[k, 0], state.anchor[k, 1], state.anchor[k, 2] = _place(cameras, body, state, uv, variance, k)
    for k in range(len(body.unit)):
        if math.isnan(state.anchor[k, 0]):  # a mirror partner is near enough to read a detection there
            state.anchor[k] = state.anchor[body.partner[k]]
        labels.placed[k] = math.isfinite(state.anchor[k, 0])
    for c in range(len(uv)):
        for k in range(len(body.unit)):
            labels.price[c, k] = DROP_DISTRUSTED if state.distrusted[c, k] else DROP_TRUSTED
    labels.before[:, :] = labels.swapped


@inner_kernel
def _sum_trusted(body, state, k, n):
    """Sum the quadratics of the n listed views of joint k that are trusted into `state.total`; returns how many."""
    labels, total = state.labels, state.total
    total[:] = 0.0
    views = 0
    u = body.unit[k]
    for v in range(n):
        if not labels.subset.left_out[v]:
            views += 1
            c = labels.gathered_camera[v]
            reading = 1 if u >= 0 and labels.swapped[c, u] else 0
            for i in range(QUADRATIC):
                total[i] += labels.readings[reading, c, k, i]
    return views


@inner_kernel
def _carry_motion(state, k, views, prior_distrusted, shares):
    """Take the trusted views of joint k into its motion; whether it moved on as expected."""
    points, total = state.points, state.total
    if views and state.labels.has_prior[k] and not prior_distrusted:
        for j in range(QUADRATIC):
            total[j] /= shares.moving
        update(points, k, total)
        return True
    if views >= 2:
        d0, d1, d2, _ = minimum(total)
        if math.isfinite(d0) and invert_symmetric3(total, state.covariance):
            a = state.anchor[k]
            start(points, k, a[0] + d0, a[1] + d1, a[2] + d2, state.covariance, _START_SPEED_SD)
    return False


@inner_kernel
def _learn_bias(cameras, body, state, uv, variance, k, n, interval_s, lag_s, shares):
    """Learn by how much each trusted view of joint k stays away from where the views together put it."""
    labels = state.labels
    d0, d1, d2, _ = minimum(state.total)
    if not math.isfinite(d0):
        return
    unit = body.unit[k]
    for i in range(n):
        if labels.subset.left_out[i]:
            continue
        c = labels.gathered_camera[i]
        seen = body.partner[k] if unit >= 0 and labels.swapped[c, unit] else k
        v = state.points.velocity[k]
        X = state.anchor[k, 0] + d0 + lag_s[c] * v[0]
        Y = state.anchor[k, 1] + d1 + lag_s[c] * v[1]
        Z = state.anchor[k, 2] + d2 + lag_s[c] * v[2]
        u, w = project_point(cameras, c, X, Y, Z)
        if not math.isfinite(u):
            continue
        limit = (1.0 - shares.moving) * variance[c, seen]
        known = limit if state.bias_variance[c, k] < 0.0 else state.bias_variance[c, k]
        known = min(known + 2.0 * limit * interval_s / _BIAS_WALK_S, limit)
        gain = known / (known + shares.moving * shares.inflation * variance[c, seen])
        state.bias[c, k, 0] += gain * (uv[c, seen, 0] - state.bias[c, k, 0] - u)
        state.bias[c, k, 1] += gain * (uv[c, seen, 1] - state.bias[c, k, 1] - w)
        state.bias_variance[c, k] = (1.0 - gain) * known


@kernel
def clean_frame(cameras, body, state, uv, variance, interval_s, lag_s, psd, shares, swapped, trusted, turned):
    """Settle one frame.

    Parameters
    ----------
    cameras : CameraArrays of C cameras
    body : Body
    state : CleanerState, carried on
    uv, variance : (C, K, 2) px and (C, K) px^2 per axis of what was detected; variance NaN where nothing was
    interval_s : since the frame before
    lag_s : (C,) capture time of each camera minus the frame's
    psd : (K,) power spectral density of each joint's acceleration, m^2/s^3
    shares : NoiseShares
    swapped, trusted : (C, K) filled: joint read from its mirror partner's detection; joint seen and believed
    turned : (U,) filled: so many frames up to this one turn out to have left and right of a unit the wrong way round,
        which is put right in this one
    """
    points, labels, sides = state.points, state.labels, state.sides
    predict(points, interval_s, psd)
    _forget_lost(points)
    _prepare(cameras, body, state, uv, variance)
    fill_readings(cameras, body, labels, uv, variance, state.bias, state.anchor, points.velocity, lag_s)
    settle_labels(body, labels)
    sides.joints[:] = sides.anew[:] = 0
    for k in range(len(body.unit)):
        _, _, _, _, n = joint_cost(body, labels, k)
        for c in range(len(uv)):
            swapped[c, k] = body.unit[k] >= 0 and labels.swapped[c, body.unit[k]]
            trusted[c, k] = labels.has_own[c, body.partner[k] if swapped[c, k] else k]
        if not n:
            continue
        for i in range(n):
            trusted[labels.gathered_camera[i], k] = not labels.subset.left_out[i]
            state.distrusted[labels.gathered_camera[i], k] = labels.subset.left_out[i]
        views = _sum_trusted(body, state, k, n)
        if views >= 3:
            _learn_bias(cameras, body, state, uv, variance, k, n, interval_s, lag_s, shares)
        went_on = _carry_motion(state, k, views, labels.has_prior[k] and labels.subset.left_out[n], shares)
        if body.unit[k] >= 0:
            sides.joints[body.unit[k]] += 1
            sides.anew[body.unit[k]] += 0 if went_on else 1
    judge_sides(body.unit, labels.swapped, trusted, sides, turned)
    for u in range(len(turned)):
        if turned[u]:
            turn_unit(body, state, u)
            for c in range(len(uv)):
                relabel(body, u, swapped, trusted, c)
