"""Faces made unrecognisable before a frame reaches the disk."""

from collections import deque
from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from capture.errors import CaptureError
from capture.keypoint_sets import keypoint_set
from capture.messages import KeypointsMessage
from capture.types import Array, Frame, Keypoints2D
from capture.wire import decode

_FACE = ("Nose", "LEye", "REye", "LEar", "REar")
_SHOULDERS = ("LShoulder", "RShoulder")
_SPAN_FRAMES = 15
"""Faces found this many frames before and after are hidden too: detectors miss some, and people enter and leave."""
_MOST_WAITING = 60
_LEAST_RADIUS_PX = 12.0
_SPREAD_RADII, _SHOULDER_RADII = 2.5, 0.6
_BLOCKS = 4
_WHOLE_BLOCKS = 16


class Passage(Protocol):
    """What happens to frames and messages on their way to the disk."""

    def take(self, item: Frame | bytes) -> list[Frame | bytes]:
        """Everything that may be written now."""
        ...

    def flush(self) -> list[Frame | bytes]:
        """Everything that is left, at the end."""
        ...


class Unchanged:
    """Lets everything pass."""

    def take(self, item: Frame | bytes) -> list[Frame | bytes]:
        """The same item."""
        return [item]

    def flush(self) -> list[Frame | bytes]:
        """Nothing waits."""
        return []


class HiddenFaces:
    """Keeps frames until it is known where faces are around their time, and hides them.

    A frame around which nobody has looked (the detector was too slow or stood still) is made unrecognisable as a whole.
    """

    def __init__(self) -> None:
        self._waiting: deque[Frame] = deque()
        self._looked: deque[tuple[int, list[tuple[Array, float]]]] = deque(maxlen=4 * _SPAN_FRAMES)

    def take(self, item: Frame | bytes) -> list[Frame | bytes]:
        """Messages at once; frames as soon as those after them have been looked at."""
        if isinstance(item, Frame):
            released = self.flush() if self._waiting and item.index < self._waiting[-1].index else []
            self._waiting.append(item)
            if len(self._waiting) > _MOST_WAITING:
                released.append(self._hide(self._waiting.popleft()))
            return released
        self._look(item)
        return [item, *self._release()]

    def flush(self) -> list[Frame | bytes]:
        """Frames that are left, by what is known."""
        released: list[Frame | bytes] = [self._hide(frame) for frame in self._waiting]
        self._waiting.clear()
        self._looked.clear()
        return released

    def _look(self, content: bytes) -> None:
        try:
            message = decode(content)
        except CaptureError:
            return
        if isinstance(message, KeypointsMessage):
            self._looked.append((message.keypoints.frame_index, faces(message.keypoints)))

    def _release(self) -> list[Frame | bytes]:
        released: list[Frame | bytes] = []
        while self._waiting and self._looked and self._waiting[0].index + _SPAN_FRAMES <= self._looked[-1][0]:
            released.append(self._hide(self._waiting.popleft()))
        return released

    def _hide(self, frame: Frame) -> Frame:
        near = [found for index, found in self._looked if abs(index - frame.index) <= _SPAN_FRAMES]
        image = frame.image.copy()
        if not near:
            _coarsen(image, _WHOLE_BLOCKS)
        for centre, radius in (face for found in near for face in found):
            u, v = centre
            top, left = max(0, int(v - radius)), max(0, int(u - radius))
            _coarsen(image[top : max(0, int(v + radius)), left : max(0, int(u + radius))], _BLOCKS)
        return replace(frame, picture=image)


def faces(view: Keypoints2D) -> list[tuple[Array, float]]:
    """Centre (2,) px and radius (px) of every face in a view, however unsure its points are."""
    names = keypoint_set(view.keypoint_set).names
    face = [names.index(name) for name in _FACE if name in names]
    shoulders = [names.index(name) for name in _SHOULDERS if name in names]
    found: list[tuple[Array, float]] = []
    for person in view.uv.astype(float):
        seen = person[face][np.isfinite(person[face]).all(axis=-1)]
        if len(seen):
            centre = seen.mean(axis=0)
            spread = float(np.linalg.norm(seen - centre, axis=-1).max())
            width = float(np.nan_to_num(np.linalg.norm(np.diff(person[shoulders], axis=0))))
            found.append((centre, max(_SPREAD_RADII * spread, _SHOULDER_RADII * width, _LEAST_RADIUS_PX)))
    return found


def _coarsen(area: NDArray[np.uint8], blocks: int) -> None:
    """Leave so many blocks of mean colour per side, in place; what is gone cannot be computed back."""
    if area.size:
        few = cv2.resize(area, (blocks, blocks), interpolation=cv2.INTER_AREA)
        area[:] = cv2.resize(few, area.shape[1::-1], interpolation=cv2.INTER_NEAREST)
