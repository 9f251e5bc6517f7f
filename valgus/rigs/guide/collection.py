"""Sightings of the board as they come in, and what they make of a calibration."""

from dataclasses import dataclass, field

import numpy as np

from calibration.boards import Board
from calibration.detection.detection import Detection
from calibration.extrinsics.board_sightings import BoardPicture
from calibration.footage.scan import CameraFootage, SeenBoard
from calibration.rig_footage import PairedFootage, Seen
from capture.types import FrameSet, Keypoints2D

# A board moved by hand shows nothing new in a tenth of a second.
_SPACING_NS = 190_000_000
_LEAST_CORNERS = 6


@dataclass(slots=True)
class Collection:
    """The board as C cameras saw it, thinned to some views a second; cameras in the order of `names`."""

    names: tuple[str, ...]
    board: Board
    pictures: list[BoardPicture] = field(default_factory=list[BoardPicture])
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    _instants: int = 0
    _last_ns: int = -_SPACING_NS

    def add(self, frames: FrameSet) -> None:
        """Take the views of one instant, unless it follows the one before too closely."""
        views = [(c, view) for c, view in enumerate(frames.views) if view is not None]
        self.sizes.update({c: view.image_size for c, view in views})
        seen = [(c, 1e-9 * view.time_ns, found) for c, view in views if (found := corners_of(view))]
        if seen and frames.time_ns - self._last_ns >= _SPACING_NS:
            self.pictures += [BoardPicture(c, self._instants, time_s, found) for c, time_s, found in seen]
            self._last_ns = frames.time_ns
            self._instants += 1

    def seen(self, floor: tuple[BoardPicture, ...] | None) -> Seen:
        """Everything collected, as a calibration wants it."""
        sizes = tuple(self.sizes[c] for c in range(len(self.names)))
        footage = {name: self._footage(c, name, sizes[c]) for c, name in enumerate(self.names)}
        paired = PairedFootage(self.names, sizes, tuple(self.pictures), footage, timed=True, clocked=True)
        return Seen(paired, footage, floor)

    def _footage(self, camera: int, name: str, size: tuple[int, int]) -> CameraFootage:
        own = [SeenBoard(p.instant, p.time_s, p.detection) for p in self.pictures if p.camera == camera]
        return CameraFootage(name, size, self._instants, tuple(own))


def corners_of(view: Keypoints2D) -> Detection:
    """The board in a view; nothing where too little of it is seen to be of use."""
    if not len(view.uv):
        return Detection(np.empty(0, np.int64), np.empty((0, 2)))
    ids = np.flatnonzero(view.confidence[0] > 0.0)
    ids = ids if len(ids) >= _LEAST_CORNERS else ids[:0]
    return Detection(ids.astype(np.int64), view.uv[0, ids].astype(np.float64))
