"""What unsynchronised cameras would have seen at one common time: corners interpolated along their paths."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from calibration.detection.detection import Detection
from calibration.extrinsics.board_sightings import BoardPicture

Array = NDArray[np.float64]

# Between pictures further apart than this a corner's path is anybody's guess.
LONGEST_GAP_S = 0.5


def at_common_times(pictures: Sequence[BoardPicture], offset_s: Array) -> list[BoardPicture]:
    """Pictures of every instant at the mean of its timestamps, each camera's own time offset (C,) taken out.

    A camera takes part where it has a picture on both sides of that time, with the corners that both show.
    """
    wanted: dict[int, list[float]] = {}
    for picture in pictures:
        wanted.setdefault(picture.instant, []).append(picture.time_s)
    common: list[BoardPicture] = []
    for camera in sorted({picture.camera for picture in pictures}):
        own = sorted((p for p in pictures if p.camera == camera), key=lambda p: p.time_s)
        taken = np.array([picture.time_s for picture in own]) + offset_s[camera]
        for instant, times in wanted.items():
            time_s = float(np.mean(times))
            after = int(np.searchsorted(taken, time_s))
            if 0 < after < len(own) and taken[after] - taken[after - 1] <= LONGEST_GAP_S:
                share = (time_s - taken[after - 1]) / (taken[after] - taken[after - 1])
                found = _between(own[after - 1].detection, own[after].detection, float(share))
                common.append(replace(own[after], instant=instant, time_s=time_s, detection=found))
    return [picture for picture in common if picture.detection]


def _between(before: Detection, after: Detection, share: float) -> Detection:
    """Corners that both show, `share` of the way from one to the other."""
    ids, i, j = np.intersect1d(before.ids, after.ids, return_indices=True)
    return Detection(ids, (1.0 - share) * before.uv[i] + share * after.uv[j])
