"""Frames of cameras that do not share a clock tick, grouped into instants."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reconstruct.medians import medians, quantile

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Instants:
    """G instants, each with at most one frame per camera; every frame belongs to exactly one.

    Attributes
    ----------
    time_s : (G,) middle of the frames of the instant
    frame : (C, G) frame index of each camera, -1 where it has none
    lag_s : (C, G) capture time of that frame minus `time_s`, 0 where there is none
    """

    time_s: Array
    frame: NDArray[np.int64]
    lag_s: Array


def group_instants(time_s: Array) -> Instants:
    """Group frames by capture time (C, F) seconds, ascending in every camera.

    Frames of one index stay together where they lie within half a frame of each other; otherwise frames are taken in
    the order of time, and an instant ends before a camera comes twice or a frame period has passed.
    """
    cameras, frames = time_s.shape
    period = quantile(np.diff(time_s, axis=1), 0.5) if frames > 1 else np.inf
    apart_s = np.ptp(time_s, axis=0).max(initial=0.0)
    if apart_s < period / 2.0:
        together = medians(time_s.T) if apart_s else time_s[0].copy()
        return Instants(together, np.tile(np.arange(frames, dtype=np.int64), (cameras, 1)), time_s - together)
    frame = _by_time(time_s, period)
    times = np.where(frame >= 0, np.take_along_axis(time_s, np.maximum(frame, 0), axis=1), np.nan)
    middle = medians(times.T)
    return Instants(middle, frame, np.nan_to_num(times - middle))


def _by_time(time_s: Array, period: float) -> NDArray[np.int64]:
    cameras, frames = time_s.shape
    columns: list[NDArray[np.int64]] = []
    begin = -np.inf
    for event in np.argsort(time_s, axis=None, kind="stable").tolist():
        camera, index = divmod(event, frames)
        now = float(time_s[camera, index])
        if not columns or columns[-1][camera] >= 0 or now - begin >= period:
            columns.append(-np.ones(cameras, dtype=np.int64))
            begin = now
        columns[-1][camera] = index
    return np.stack(columns, axis=1)
