"""How large people are in pictures, and where, from their keypoints."""

import math

from geometry._jit import inline_kernel, kernel

REFERENCE_SIZE_PX = 500.0
WIDTH_TO_HEIGHT = 4.0 / 3.0
SMALLEST_PERSON_PX = 20.0


@inline_kernel
def _seen(u, v, confidence):
    return confidence > 0.0 and math.isfinite(u) and math.isfinite(v)


@kernel
def fill_box_scales(uv, confidence, scale):
    """Fill `scale` (n,) from the box around the seen ones of keypoints (n, K, 2) px; NaN around none."""
    for i in range(len(uv)):
        left = top = math.inf
        right = bottom = -math.inf
        for k in range(uv.shape[1]):
            u, v = uv[i, k, 0], uv[i, k, 1]
            if _seen(u, v, confidence[i, k]):
                left, right = min(left, u), max(right, u)
                top, bottom = min(top, v), max(bottom, v)
        size_px = max(bottom - top, WIDTH_TO_HEIGHT * (right - left), SMALLEST_PERSON_PX)
        scale[i] = size_px / REFERENCE_SIZE_PX if right >= left else math.nan


@kernel
def fill_middles(uv, confidence, middle, weight):
    """Fill `middle` (n, 2) with the mean of the seen keypoints (n, K, 2); `weight` (n,) with 1, or 0 for none."""
    for i in range(len(uv)):
        sum_u = sum_v = 0.0
        count = 0
        for k in range(uv.shape[1]):
            u, v = uv[i, k, 0], uv[i, k, 1]
            if _seen(u, v, confidence[i, k]):
                sum_u += u
                sum_v += v
                count += 1
        middle[i, 0], middle[i, 1] = sum_u / max(count, 1), sum_v / max(count, 1)
        weight[i] = 1.0 if count else 0.0
