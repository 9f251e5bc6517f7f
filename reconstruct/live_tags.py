"""Tags of a set of views -> where the subject's plates are seen."""

from collections.abc import Sequence

import numpy as np

from capture.types import FrameSet
from reconstruct.estimator.body_follower import PlateView

_NS = 1e-9


class LiveTags:
    """One place for every camera's view of every plate.

    Parameters
    ----------
    cameras : number of them
    tags : ids of the plates that the subject wears, in the order in which the estimator knows them
    """

    def __init__(self, cameras: int, tags: Sequence[int]) -> None:
        self._places = {tag: place for place, tag in enumerate(tags)}
        self._corners = np.full((cameras, len(self._places), 4, 2), np.nan)

    def seen_in(self, views: FrameSet) -> PlateView | None:
        """Where the plates are seen, overwritten by the next call; None where none is."""
        self._corners[:] = np.nan
        exposed_s = np.full(len(self._corners), views.time_ns * _NS)
        for c, (tags, view) in enumerate(zip(views.tags, views.views, strict=False)):
            if tags is None or view is None:
                continue
            exposed_s[c] = view.time_ns * _NS
            for tag, corners in zip(tags.ids, tags.corners, strict=True):
                place = self._places.get(tag)
                if place is not None and np.isfinite(corners).all():
                    self._corners[c, place] = corners
        return PlateView(exposed_s, self._corners) if np.isfinite(self._corners).any() else None
