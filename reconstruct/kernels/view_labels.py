"""Which detection of a camera is which joint: left/right labels and trust, from all cameras and the motion at once.

Every detection of a paired joint has two readings, as itself and as its mirror partner.  A labelling of all cameras
has a cost: for every joint that of its most probable subset of views (`view_subset`), the predicted position
counting as one more view that may be wrong, plus the price of changing labels from one frame to the next.  Labels
are changed where that lowers the total, by moves that detectors make: one level of a limb, a limb from some level
outwards, everything.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry._jit import inline_kernel, inner_kernel
from geometry.camera_model import normalise_pixel
from reconstruct.kernels.view_quadratics import QUADRATIC, minimum, value, view_quadratic
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
SWAP_BEGINS = 9.2
SWAP_ENDS = 4.6
SWAP_BREAKS_LIMB = 3.0
_WORTH_A_LOOK = 0.5
"""Prices of labels: -2 ln of 1 % of frames begin a swap, 10 % end one, a fifth of the swaps split a limb."""


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
def _label_price(body, work, c):
    """Price of the labels of camera c after those of the frame before."""
    begins, ends = False, False
    price = 0.0
    for u in range(work.swapped.shape[1]):
        begins |= work.swapped[c, u] and not work.before[c, u]
        ends |= work.before[c, u] and not work.swapped[c, u]
        if body.inner[u] >= 0 and work.swapped[c, u] != work.swapped[c, body.inner[u]]:
            price += SWAP_BREAKS_LIMB
    if begins:
        price += SWAP_BEGINS
    if ends:
        price += SWAP_ENDS
    return price


@inline_kernel
def _flip(work, c, move):
    for u in range(len(move)):
        if move[u]:
            work.swapped[c, u] = not work.swapped[c, u]


@inner_kernel
def _unit_gains(body, work, c):
    """Fill what exchanging each unit of camera c would win if the joints stayed where they are now."""
    work.unit_gain[:] = 0.0
    for k in range(len(body.unit)):
        u, p = body.unit[k], body.partner[k]
        if u < 0:
            continue
        d0, d1, d2 = work.solution[k, 0], work.solution[k, 1], work.solution[k, 2]
        own = crossed = 0.0
        if work.has_own[c, k]:
            own = min(value(work.readings[0, c, k], d0, d1, d2), DROP_TRUSTED)
        if work.has_own[c, p]:
            crossed = min(value(work.readings[1, c, k], d0, d1, d2), DROP_TRUSTED)
        work.unit_gain[u] += crossed - own if work.swapped[c, u] else own - crossed


@inner_kernel
def _move_gain(body, work, c, move):
    """By how much a move of camera c lowers the cost of the joints; the labels are left as they were."""
    before = after = 0.0
    _flip(work, c, move)
    for k in range(len(body.unit)):
        if body.unit[k] >= 0 and move[body.unit[k]]:
            before += work.cost[k]
            after += joint_cost(body, work, k)[0]
    _flip(work, c, move)
    return before - after


@inner_kernel
def _move_price(body, work, c, move):
    """What a move of camera c costs as a change of labels."""
    price = -_label_price(body, work, c)
    _flip(work, c, move)
    price += _label_price(body, work, c)
    _flip(work, c, move)
    return price


@inner_kernel
def refresh_costs(body, work):
    """Cost and position of every joint under the current labels."""
    for k in range(len(body.unit)):
        cost, d0, d1, d2, _ = joint_cost(body, work, k)
        work.cost[k] = cost
        work.solution[k, 0], work.solution[k, 1], work.solution[k, 2] = d0, d1, d2


@inner_kernel
def _best_move(body, work):
    """Camera and move that win most, and how much."""
    best, best_c, best_m = 0.0, -1, -1
    for c in range(len(work.has_own)):
        _unit_gains(body, work, c)
        for m in range(len(body.moves)):
            hoped = 0.0
            for u in range(body.moves.shape[1]):
                if body.moves[m, u]:
                    hoped += work.unit_gain[u]
            price = _move_price(body, work, c, body.moves[m])
            if hoped > _WORTH_A_LOOK * price:
                gain = _move_gain(body, work, c, body.moves[m]) - price
                if gain > best:
                    best, best_c, best_m = gain, c, m
    return best_c, best_m


@inner_kernel
def settle_labels(body, work):
    """Change labels in `work.swapped` as long as that lowers the total cost."""
    refresh_costs(body, work)
    for _ in range(4 * len(work.has_own)):
        c, m = _best_move(body, work)
        if c < 0:
            return
        _flip(work, c, body.moves[m])
        refresh_costs(body, work)


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
