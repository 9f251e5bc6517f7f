"""Keypoints of the newest set of views carried to the set's instant; the sibling with names is `live_common_time`."""

import math

from geometry._jit import kernel


@kernel
def carry_views(
    instant_s, exposed_s, px_per_metre, psd, fresh, reach_s, unknown_speed, uv, variance,
    seen_s, seen_uv, seen_variance, moved, grown,
):  # fmt: skip
    """Move `uv`, `variance` (C, K) to the instant -> `moved`, `grown`; then remember them in `seen_...` (C, K)."""
    for c in range(variance.shape[0]):
        later = exposed_s[c] - instant_s
        px2_per_m2 = px_per_metre[c] * px_per_metre[c]
        for k in range(variance.shape[1]):
            moved[c, k, 0], moved[c, k, 1], grown[c, k] = uv[c, k, 0], uv[c, k, 1], variance[c, k]
            if not (math.isfinite(variance[c, k]) and math.isfinite(uv[c, k, 0]) and math.isfinite(uv[c, k, 1])):
                continue
            apart = exposed_s[c] - seen_s[c, k]
            if 0.0 < apart <= reach_s:
                back = later / apart
                for i in range(2):
                    moved[c, k, i] += back * (seen_uv[c, k, i] - uv[c, k, i])
                if later > 0.0:
                    grown[c, k] += back * (seen_variance[c, k] - variance[c, k])
                    stray = psd[k] * (later * (apart - later)) ** 2 / (3.0 * apart)
                else:
                    grown[c, k] *= 1.0 - 2.0 * fresh * back * (1.0 - back)
                    stray = psd[k] * later * later * (apart - later) / 3.0
            else:
                stray = (unknown_speed * later) ** 2
            grown[c, k] += stray * px2_per_m2
            seen_s[c, k], seen_variance[c, k] = exposed_s[c], variance[c, k]
            seen_uv[c, k, 0], seen_uv[c, k, 1] = uv[c, k, 0], uv[c, k, 1]
