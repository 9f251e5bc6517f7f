"""How large people are in pictures, and where, from their keypoints."""

import math

from geometry._jit import inline_kernel, kernel


@inline_kernel
def _seen(uv, confidence):
    return confidence > 0.0 and math.isfinite(uv[0]) and math.isfinite(uv[1])


@kernel
def fill_box_sizes(uv, confidence, width, height):
    """Fill `width`, `height` (n,) px of the box around the seen ones of keypoints (n, K, 2); NaN around none."""
    for i in range(len(uv)):
        left = top = math.inf
        right = bottom = -math.inf
        for k in range(uv.shape[1]):
            if _seen(uv[i, k], confidence[i, k]):
                left, right = min(left, uv[i, k, 0]), max(right, uv[i, k, 0])
                top, bottom = min(top, uv[i, k, 1]), max(bottom, uv[i, k, 1])
        known = right >= left
        width[i] = right - left if known else math.nan
        height[i] = bottom - top if known else math.nan


@kernel
def fill_middles(uv, confidence, middle, weight):
    """Fill `middle` (n, 2) with the mean of the seen keypoints (n, K, 2); `weight` (n,) with 1, or 0 for none."""
    for i in range(len(uv)):
        u = v = 0.0
        count = 0
        for k in range(uv.shape[1]):
            if _seen(uv[i, k], confidence[i, k]):
                u += uv[i, k, 0]
                v += uv[i, k, 1]
                count += 1
        middle[i, 0], middle[i, 1] = u / max(count, 1), v / max(count, 1)
        weight[i] = 1.0 if count else 0.0
