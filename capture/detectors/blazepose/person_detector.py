"""Finds people in a whole image: an SSD that gives each one a box and the circle around the body."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.detectors.blazepose.networks import Network
from capture.detectors.blazepose.regions import Region, around_person, squares_along, whole_image
from capture.types import Array

INPUT_SIZE = 224
_LAYERS = ((8, 2), (16, 2), (32, 6))
_MIN_SCORE = 0.5
_MAX_LOGIT = 100.0
_SAME_PERSON_IOU = 0.3
_TWIN_DISTANCE = 0.25
_BOX = slice(0, 4)
_HIPS = slice(4, 6)
_RIM = slice(6, 8)


@dataclass(frozen=True, eq=False)
class DetectedPerson:
    """One person: the region that holds the body upright, and the detector's score, 0 to 1."""

    region: Region
    score: float


class PersonDetector:
    """The detection network and its decoding."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._anchors = anchors()

    def find(self, image: NDArray[np.uint8]) -> list[DetectedPerson]:
        """People in a BGR image, best score first.

        Where the whole image shows nobody, people too small for its coarse picture are searched in squares along it.
        """
        people = self._find_in(image, whole_image(image))
        if people:
            return people
        in_squares = [person for square in squares_along(image) for person in self._find_in(image, square)]
        return _without_twins(sorted(in_squares, key=lambda person: -person.score))

    def _find_in(self, image: NDArray[np.uint8], square: Region) -> list[DetectedPerson]:
        outputs = self._network(square.cut(image, INPUT_SIZE))
        boxes, scores = decode(outputs["Identity"], outputs["Identity_1"][:, 0], self._anchors)
        return [
            DetectedPerson(around_person(*square.place(np.stack([box[_HIPS], box[_RIM]]))), score)
            for box, score in merge_overlapping(boxes, scores)
        ]


def _without_twins(people: list[DetectedPerson]) -> list[DetectedPerson]:
    """Each person once, by the best of the squares that show them; `people` come best first."""
    kept: list[DetectedPerson] = []
    for person in people:
        region = person.region
        if all(np.linalg.norm(region.centre - k.region.centre) > _TWIN_DISTANCE * k.region.side for k in kept):
            kept.append(person)
    return kept


def anchors() -> Array:
    """(2254, 2) centres of the SSD's anchors in the unit square; their size is the whole square."""
    centres: list[Array] = []
    for stride, per_cell in _LAYERS:
        cells = INPUT_SIZE // stride
        down, right = np.mgrid[:cells, :cells].reshape(2, -1)
        centres.append(np.repeat(np.column_stack([right, down]) + 0.5, per_cell, axis=0) / cells)
    return np.concatenate(centres)


def decode(raw: NDArray[np.float32], logits: NDArray[np.float32], anchors: Array) -> tuple[Array, Array]:
    """Candidates above the score limit, best first.

    Parameters
    ----------
    raw : (A, 12) centre u v, width, height and four points u v, px of the input, relative to the anchors
    logits : (A,)
    anchors : (A, 2)

    Returns
    -------
    boxes (n, 12) in the unit square, in the same order of columns, and scores (n,)
    """
    scores = 1.0 / (1.0 + np.exp(-np.clip(logits, -_MAX_LOGIT, _MAX_LOGIT, dtype=float)))
    best = np.flatnonzero(scores >= _MIN_SCORE)
    best = best[np.argsort(-scores[best], kind="stable")]
    boxes = raw[best].astype(float) / INPUT_SIZE
    boxes[:, 0:2] += anchors[best]
    boxes[:, 4:] += np.tile(anchors[best], 4)
    return boxes, scores[best]


def merge_overlapping(boxes: Array, scores: Array) -> list[tuple[Array, float]]:
    """Weighted non-maximum suppression: candidates that overlap the best one are averaged with it by score."""
    merged: list[tuple[Array, float]] = []
    while len(boxes):
        same = _overlap(boxes[0], boxes) > _SAME_PERSON_IOU
        same[0] = True
        merged.append((np.average(boxes[same], axis=0, weights=scores[same]), float(scores[0])))
        boxes, scores = boxes[~same], scores[~same]
    return merged


def _overlap(box: Array, others: Array) -> Array:
    """Intersection over union of one box with each of the others."""
    low = np.maximum((box[:2] - box[2:4] / 2), others[:, :2] - others[:, 2:4] / 2)
    high = np.minimum((box[:2] + box[2:4] / 2), others[:, :2] + others[:, 2:4] / 2)
    shared = np.clip(high - low, 0, None).prod(axis=1)
    return shared / (box[2:4].prod() + others[:, 2:4].prod(axis=1) - shared + np.finfo(float).tiny)
