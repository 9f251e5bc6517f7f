"""ArUco and AprilTag squares in a picture, corners to a fraction of a pixel."""

from typing import Any

import cv2
import numpy as np

from capture.errors import CaptureError
from capture.types import Frame, Tags2D
from geometry.marker_corners import refine_quads

SMALLEST_SIDE_PX = 16
"""Side below which tags of four by four cells are found less and less often (measured in the tests)."""
_SMALLEST_PERIMETER_SHARE = 0.01
_PREFIX = "DICT_"


def dictionary_names() -> list[str]:
    """Every dictionary that OpenCV knows."""
    return sorted(name for name in dir(cv2.aruco) if name.startswith(_PREFIX))


def tag_dictionary(name: str) -> Any:
    """OpenCV's dictionary of this name; raises CaptureError with the valid names."""
    if name not in dictionary_names():
        raise CaptureError(f"tags: there is no dictionary '{name}'; choose one of {', '.join(dictionary_names())}")
    return cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, name))


class TagDetector:
    """Finds the tags of one dictionary.

    Parameters
    ----------
    dictionary : OpenCV's name of it, such as DICT_4X4_50 or DICT_APRILTAG_36h11
    """

    def __init__(self, dictionary: str) -> None:
        self._name = dictionary
        parameters = cv2.aruco.DetectorParameters()
        parameters.minMarkerPerimeterRate = _SMALLEST_PERIMETER_SHARE
        self._detector = cv2.aruco.ArucoDetector(tag_dictionary(dictionary), parameters)

    def detect(self, frame: Frame) -> Tags2D:
        """Tags of one frame; a number that is seen twice is left out, because one of them is mistaken."""
        gray = np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        found: Any = self._detector.detectMarkers(gray)
        ids = np.zeros(0, int) if found[1] is None else np.asarray(found[1]).ravel()
        once = np.array([np.count_nonzero(ids == number) == 1 for number in ids], dtype=bool)
        rough = np.asarray(found[0], dtype=float).reshape(-1, 4, 2)[once]
        corners = refine_quads(gray, rough) if len(rough) else rough
        return Tags2D(
            camera=frame.camera,
            frame_index=frame.index,
            time_ns=frame.time_ns,
            time_sd_ns=frame.time_sd_ns,
            image_size=frame.size,
            dictionary=self._name,
            ids=tuple(int(number) for number in ids[once]),
            corners=corners.astype(np.float32),
        )
