"""BlazePose on one camera: find the person once, then follow."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from capture.detectors.blazepose.landmarks import BODY_POINTS, LandmarkNetwork, Landmarks
from capture.detectors.blazepose.networks import load_network
from capture.detectors.blazepose.person_detector import DetectedPerson, PersonDetector
from capture.detectors.blazepose.regions import Region
from capture.keypoint_sets import KeypointSet, keypoint_set
from capture.types import Frame, Keypoints2D

_MIN_PRESENCE = 0.5
_MOST_FRAMES_AWAY = 120


class BlazePose:
    """33 body landmarks of one person.

    Confidence is the network's visibility: its estimate of the probability that the point is inside the picture and
    not hidden.  It ranks errors well and is no probability of being right.  A frame in which the followed person is
    lost is searched again at once, so a person is missed only where the detector sees nobody either.  Of several
    people the one nearest to where the subject was last is followed, and the largest where there was none of late.
    """

    def __init__(self, person_weights: Path, landmark_weights: Path, threads: int) -> None:
        self._person_detector = PersonDetector(load_network(person_weights, mean=127.5, scale=127.5, threads=threads))
        self._landmarks = LandmarkNetwork(load_network(landmark_weights, mean=0.0, scale=255.0, threads=threads))
        self._last: Landmarks | None = None
        self._subject: Region | None = None
        self._frames_without = 0

    @property
    def keypoint_set(self) -> KeypointSet:
        """The 33 landmarks; toes are BlazePose's foot indices."""
        return keypoint_set("blazepose_33")

    def detect(self, frame: Frame) -> Keypoints2D:
        """Keypoints of the person being followed, or found anew; nobody is no person."""
        self._last = self._follow(frame.image) or self._search(frame.image)
        self._remember()
        return _packet(frame, self._last)

    def _follow(self, image: NDArray[np.uint8]) -> Landmarks | None:
        if self._last is None:
            return None
        found = self._landmarks.locate(image, self._last.next_region)
        return found if found.presence >= _MIN_PRESENCE else None

    def _search(self, image: NDArray[np.uint8]) -> Landmarks | None:
        for person in sorted(self._person_detector.find(image), key=self._strangeness):
            found = self._landmarks.locate(image, person.region)
            if found.presence >= _MIN_PRESENCE:
                return found
        return None

    def _remember(self) -> None:
        """Keep where the subject is, and forget it when it has been away for long."""
        if self._last is not None:
            self._subject, self._frames_without = self._last.next_region, 0
        else:
            self._frames_without += 1
        if self._frames_without > _MOST_FRAMES_AWAY:
            self._subject = None

    def _strangeness(self, person: DetectedPerson) -> float:
        """Sorts people: distance from the subject's last place in its own sizes, or small people last."""
        if self._subject is None:
            return -person.region.side
        return float(np.linalg.norm(person.region.centre - self._subject.centre)) / self._subject.side


def _packet(frame: Frame, found: Landmarks | None) -> Keypoints2D:
    people = [] if found is None else [found]
    return Keypoints2D(
        camera=frame.camera,
        frame_index=frame.index,
        time_ns=frame.time_ns,
        time_sd_ns=frame.time_sd_ns,
        keypoint_set="blazepose_33",
        image_size=frame.size,
        uv=np.array([p.uv[:BODY_POINTS] for p in people], dtype=np.float32).reshape(-1, BODY_POINTS, 2),
        confidence=np.array([p.visibility[:BODY_POINTS] for p in people], dtype=np.float32).reshape(-1, BODY_POINTS),
    )
