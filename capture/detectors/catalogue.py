"""Detectors by name."""

from capture.detectors.base import Detector
from capture.detectors.nobody import Nobody
from capture.detectors.weights import PERSON_DETECTOR, require
from capture.errors import CaptureError

DEFAULT_DETECTOR = "blazepose-heavy"
NO_DETECTOR = "none"


def create_detector(name: str = DEFAULT_DETECTOR, threads: int = 1) -> Detector:
    """Build the detector of this name for one camera, on so many CPU threads; `none` sees nobody.

    Raises
    ------
    CaptureError : no such detector, its weights are not on this machine, or the number of threads is not positive
    """
    if threads < 1:
        raise CaptureError(f"detector threads: {threads} is not a positive number")
    if name == NO_DETECTOR:
        return Nobody()
    paths = require(name)
    from capture.detectors.blazepose.detector import BlazePose

    person = paths.pop(PERSON_DETECTOR)
    (landmarks,) = paths.values()
    return BlazePose(person, landmarks, threads)
