"""All frames of one person's trial, settled one after the other."""

import math

import numpy as np

from geometry._jit import inner_kernel, kernel
from reconstruct.kernels.clean_frame import clean_frame
from reconstruct.kernels.limb_sides import relabel


@inner_kernel
def _relabel_before(body, u, frame, g, count, swapped, trusted):
    """Turn unit u in what was said of so many instants before instant g; `swapped` and `trusted` are (C, F, K)."""
    for c in range(len(frame)):
        for i in range(max(g - count, 0), g):
            if frame[c, i] >= 0:
                relabel(body, u, swapped[:, frame[c, i]], trusted[:, frame[c, i]], c)


@kernel
def clean_frames(cameras, body, state, uv, variance, frame, interval_s, lag_s, psd, shares, swapped, trusted):
    """Settle the G instants of a trial, one after the other; other arguments as in `clean_frame`.

    Parameters
    ----------
    uv, variance : (C, F, K, 2) px and (C, F, K) px^2
    frame : (C, G) frame of each camera that belongs to an instant, -1 where it has none
    interval_s : (G,) since the instant before
    lag_s : (C, G) capture time of each camera minus the instant's
    swapped, trusted : (C, F, K) filled, apart from frames of no instant
    """
    count, _, keypoints = variance.shape
    now_uv, now_variance, now_lag_s = np.empty((count, keypoints, 2)), np.empty((count, keypoints)), np.empty(count)
    now_swapped, now_trusted = np.empty((count, keypoints), np.bool_), np.empty((count, keypoints), np.bool_)
    turned = np.empty(len(body.inner), dtype=np.int64)
    for g in range(frame.shape[1]):
        for c in range(count):
            now_lag_s[c] = lag_s[c, g]
            for k in range(keypoints):
                now_variance[c, k] = math.nan
                if frame[c, g] >= 0:
                    now_variance[c, k] = variance[c, frame[c, g], k]
                    now_uv[c, k, 0], now_uv[c, k, 1] = uv[c, frame[c, g], k, 0], uv[c, frame[c, g], k, 1]
        clean_frame(
            cameras,
            body,
            state,
            now_uv,
            now_variance,
            interval_s[g],
            now_lag_s,
            psd,
            shares,
            now_swapped,
            now_trusted,
            turned,
        )
        for c in range(count):
            for k in range(keypoints):
                if frame[c, g] >= 0:
                    swapped[c, frame[c, g], k], trusted[c, frame[c, g], k] = now_swapped[c, k], now_trusted[c, k]
        for u in range(len(turned)):
            if turned[u] > 1:
                _relabel_before(body, u, frame, g, turned[u] - 1, swapped, trusted)
