"""How much noisier than a sure keypoint of a 500 px person others are."""

import math

from geometry._jit import inline_kernel, kernel


@inline_kernel
def _interpolate(x, xs, ys):
    """Linear between the points (xs, ys), xs ascending, and constant outside."""
    i = 0
    while i < len(xs) and xs[i] < x:
        i += 1
    if i == 0 or i == len(xs):
        return ys[max(i - 1, 0)]
    share = (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[i - 1] + share * (ys[i] - ys[i - 1])


@kernel
def fill_factors(confidence, scale, score, score_factor, joint_factor, factor):
    """Fill `factor` (n, K) from scores of keypoints (n, K) and scales (n,); NaN where not seen.

    `score_factor` (M,) belongs to `score` (M,); `joint_factor` is (K,), or (1,) for all alike.
    """
    for i in range(len(confidence)):
        for k in range(confidence.shape[1]):
            factor[i, k] = math.nan
            if confidence[i, k] > 0.0:
                of_joint = joint_factor[min(k, len(joint_factor) - 1)]
                factor[i, k] = _interpolate(confidence[i, k], score, score_factor) * of_joint * scale[i]
