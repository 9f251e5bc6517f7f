"""Which detection of a camera is which joint: left/right labels and trust, from all cameras and the motion at once.

Every detection of a paired joint has two readings, as itself and as its mirror partner.  A labelling of all cameras
has a cost: for every joint that of its most probable subset of views (`view_subset`), the predicted position
counting as one more view that may be wrong, plus the price of changing labels from one frame to the next
(`label_moves`).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inner_kernel
from geometry.camera_model import normalise_pixel
from reconstruct.kernels.view_quadratics import QUADRATIC, minimum, view_quadratic
from reconstruct.kernels.view_subset import SubsetWork, choose_views, subset_work

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

PRIOR_DROP = 28.0
"""Price of distrusting the prediction, by the same formula as below: it fails in one frame in a thousand, and the joint
is then anywhere in a cubic metre, against 30 mm per axis."""
DROP_TRUSTED = 18.0
"""Price of distrusting a view that was trusted in the frame before: 2 ln((1 - p) / p * A / (2 pi sd^2)), where 2 % of
detections start to be wrong, spread over a disc A of 100 px around a 500 px person, against 5.2 px noise."""
DROP_DISTRUSTED = 9.6
"""The same for a view that was distrusted: errors come in runs, 60 % go on."""


class Body(NamedTuple):
    """How the K keypoints of a set hang together."""

    partner: Indices
    """(K,) index of the mirror keypoint, itself where there is none"""
    unit: Indices
    """(K,) unit that swaps together, -1 for keypoints of the midline"""
    moves: Flags
    """(M, U) units that one move exchanges"""
    inner: Indices
    """(U,) the unit one level further in on the same limb, or -1"""


class LabelWork(NamedTuple):
    """Memory of the labelling of one frame with C cameras, K keypoints and U units."""

    readings: Array
    """(2, C, K, QUADRATIC) what joint k has from detection k (0) and from its partner's (1)"""
    has_own: Flags
    """(C, K)"""
    prior: Array
    """(K, QUADRATIC) of the predicted position"""
    has_prior: Flags
    """(K,)"""
    placed: Flags
    """(K,) joints that the quadratics know a place for; the others cannot be judged"""
    price: Array
    """(C, K) of distrusting a view"""
    swapped: Flags
    """(C, U) labels under test"""
    before: Flags
    """(C, U) labels of the frame before"""
    gathered: Array
    """(C + 1, QUADRATIC)"""
    gathered_price: Array
    """(C + 1,)"""
    gathered_camera: Indices
    """(C + 1,)"""
    cost: Array
    """(K,) of the current labels"""
    solution: Array
    """(K, 3) offsets under the current labels"""
    unit_gain: Array
    """(U,)"""
    subset: SubsetWork


def label_work(cameras: int, points: int, units: int) -> LabelWork:
    """Fresh memory."""
    return LabelWork(
        np.empty((2, cameras, points, QUADRATIC)),
        np.zeros((cameras, points), dtype=np.bool_),
        np.zeros((points, QUADRATIC)),
        np.zeros(points, dtype=np.bool_),
        np.zeros(points, dtype=np.bool_),
        np.full((cameras, points), DROP_TRUSTED),
        np.zeros((cameras, units), dtype=np.bool_),
        np.zeros((cameras, units), dtype=np.bool_),
        np.empty((cameras + 1, QUADRATIC)),
        np.empty(cameras + 1),
        np.empty(cameras + 1, dtype=np.int64),
        np.zeros(points),
        np.zeros((points, 3)),
        np.zeros(units),
        subset_work(cameras + 1),
    )


@inner_kernel
def _collect(unit, partner, swapped, has_own, readings, price, k, camera, gathered_price, total):
    """List the cameras that see joint k under the labels `swapped`; add what they say to `total`."""
    n = 0
    u, p = unit[k], partner[k]
    for c in range(len(has_own)):
        reading = 1 if u >= 0 and swapped[c, u] else 0
        if has_own[c, p if reading else k]:
            for i in range(QUADRATIC):
                total[i] += readings[reading, c, k, i]
            camera[n] = c
            gathered_price[n] = price[c, k]
            n += 1
    return n


@inner_kernel
def _choose(body, work, k, n):
    """The most probable subset of the n listed views of joint k and its prediction."""
    u = body.unit[k]
    for v in range(n):
        c = work.gathered_camera[v]
        work.gathered[v] = work.readings[1 if u >= 0 and work.swapped[c, u] else 0, c, k]
    work.gathered[n] = work.prior[k]
    known = 1 if work.has_prior[k] else 0
    return choose_views(work.gathered, work.gathered_price, n + known, 2 - known, work.subset)


@inner_kernel
def joint_cost(body, work, k):
    """Cost of joint k under the labels in `work.swapped`, the offset that it puts the joint at, and its views.

    Leaves the n views in `work.gathered_camera` and those to distrust in `work.subset.left_out`, whose place n
    is the prediction's.
    """
    total, left_out, prices = work.subset.total, work.subset.left_out, work.gathered_price
    known = work.has_prior[k]
    for i in range(QUADRATIC):
        total[i] = work.prior[k, i] if known else 0.0
    n = 0
    if work.placed[k]:
        n = _collect(
            body.unit, body.partner, work.swapped, work.has_own, work.readings, work.price, k,
            work.gathered_camera, prices, total,
        )  # fmt: skip
    left_out[: n + 1] = False
    prices[n] = PRIOR_DROP
    if n + known < 2:
        return 0.0, 0.0, 0.0, 0.0, n
    d0, d1, d2, chi2 = minimum(total)
    cheapest = PRIOR_DROP if known else math.inf
    for v in range(n):
        cheapest = min(cheapest, prices[v])
    if chi2 <= cheapest:  # leaving anything out costs more than it can win
        return chi2, d0, d1, d2, n
    cost, d0, d1, d2 = _choose(body, work, k, n)
    return cost, d0, d1, d2, n


@inner_kernel
def fill_readings(cameras, body, work, uv, variance, bias, anchor, velocity, lag_s):
    """Fill both readings of every detection around `anchor` (K, 3), moved on by each camera's `lag_s`."""
    for c in range(len(uv)):
        for k in range(len(body.unit)):
            work.has_own[c, k] = variance[c, k] > 0.0 and math.isfinite(uv[c, k, 0] + uv[c, k, 1])
        for k in range(len(body.unit)):
            X = anchor[k, 0] + lag_s[c] * velocity[k, 0]
            Y = anchor[k, 1] + lag_s[c] * velocity[k, 1]
            Z = anchor[k, 2] + lag_s[c] * velocity[k, 2]
            for reading in range(2):
                seen = body.partner[k] if reading else k
                if work.has_own[c, seen]:
                    a, b = normalise_pixel(cameras, c, uv[c, seen, 0] - bias[c, k, 0], uv[c, seen, 1] - bias[c, k, 1])
                    quadratic = view_quadratic(cameras, c, a, b, variance[c, seen], X, Y, Z)
                    for i in range(QUADRATIC):
                        work.readings[reading, c, k, i] = quadratic[i]
