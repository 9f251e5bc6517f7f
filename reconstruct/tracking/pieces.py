"""People whom a detector has split in two, put together again: a trunk here, the legs there."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from capture.types import KeypointTrial
from reconstruct.kernels.people import FIRST_PIECE

Array = NDArray[np.float64]
Floats = NDArray[np.float64] | NDArray[np.float32]
Flags = NDArray[np.bool_]

Number = TypeVar("Number", int, NDArray[np.int64])

_MOST_SHARED = 0.25
"""Share of a piece's keypoints that the other may have as well; two pictures of a whole body are not pieces."""


def piece_of(number: Number) -> Number:
    """What stands in an identity instead of a person's number for one more piece of that person; and the other way."""
    return FIRST_PIECE - number


def completed(uv: Floats, confidence: Floats, piece_uv: Floats, piece_confidence: Floats) -> tuple[Floats, Floats]:
    """Keypoints (..., K, 2) px with scores (..., K), and where these are 0 those of a piece that complements them."""
    seen, seen_there = confidence > 0.0, piece_confidence > 0.0
    shared = np.add.reduce(seen & seen_there, axis=-1, keepdims=True)
    complements = shared <= _MOST_SHARED * np.add.reduce(seen_there, axis=-1, keepdims=True)
    taken = complements & seen_there & ~seen
    return np.where(taken[..., None], piece_uv, uv), np.where(taken, piece_confidence, confidence)


def add_pieces(uv: Array, confidence: Array, trial: KeypointTrial, pieces: Flags) -> None:
    """Complete one person's keypoints (C, F, K, 2) with scores (C, F, K), in place, by `pieces` (C, F, P) of a trial.

    Where the person is not seen otherwise, a piece is left alone.
    """
    cameras, frames, places = np.nonzero(pieces)
    seen: Flags = np.logical_or.reduce(confidence[cameras, frames] > 0.0, axis=1)
    for place in np.unique(places[seen]).tolist():
        c, f = cameras[seen & (places == place)], frames[seen & (places == place)]
        uv[c, f], confidence[c, f] = completed(
            uv[c, f], confidence[c, f], trial.uv[c, f, place], trial.confidence[c, f, place]
        )
