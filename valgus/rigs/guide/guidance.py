"""What a person with a board in the hands needs to know: how far each camera is, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.extrinsics.board_sightings import BoardPicture
from calibration.intrinsics.coverage import coverage_map, covered_share
from valgus.rigs.guide.config import EnoughTable

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Guidance:
    """State of a collection.

    Attributes
    ----------
    names : of the C cameras
    views : (C,) pictures of the board
    coverage : (C,) share of each picture that the board visited
    shared : (C, C) instants at which two cameras saw the board together
    missing : what to do next, most urgent first; empty when it is enough
    """

    names: tuple[str, ...]
    views: Ints
    coverage: NDArray[np.float64]
    shared: Ints
    missing: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether the board may rest."""
        return not self.missing

    @property
    def line(self) -> str:
        """All cameras in one line, and the next thing to do."""
        cameras = zip(self.names, self.views, self.coverage, strict=True)
        state = ", ".join(f"{name} {views} views {100 * share:.0f} %" for name, views, share in cameras)
        return f"{state}; {self.missing[0] if self.missing else 'enough'}"


def guide(
    names: tuple[str, ...], pictures: Sequence[BoardPicture], sizes: dict[int, tuple[int, int]], enough: EnoughTable
) -> Guidance:
    """Look at all pictures of a collection; `sizes` (width, height) by camera, absent where nothing came."""
    of_camera = [[p.detection for p in pictures if p.camera == c] for c in range(len(names))]
    views = np.array([len(own) for own in of_camera])
    coverage = np.array([covered_share(coverage_map(own, sizes[c])) if own else 0.0 for c, own in enumerate(of_camera)])
    shared = _shared(pictures, len(names))
    missing = [
        *(f"no picture comes from {name}: is its node running?" for c, name in enumerate(names) if c not in sizes),
        *_views_missing(names, views, coverage, enough),
        *_links_missing(names, shared, enough.shared),
    ]
    return Guidance(names, views, coverage, shared, tuple(missing))


def _shared(pictures: Sequence[BoardPicture], n_cameras: int) -> Ints:
    seen = np.zeros((max((p.instant for p in pictures), default=-1) + 1, n_cameras), dtype=np.int64)
    for picture in pictures:
        seen[picture.instant, picture.camera] = 1
    shared = seen.T @ seen
    np.fill_diagonal(shared, 0)
    return shared


def _views_missing(
    names: tuple[str, ...], views: Ints, coverage: NDArray[np.float64], enough: EnoughTable
) -> list[str]:
    missing: list[str] = []
    for c in np.argsort(coverage):
        if views[c] < enough.views:
            missing.append(f"show the board to {names[c]}, tilted this way and that")
        elif coverage[c] < enough.coverage:
            missing.append(f"move the board into every corner of the picture of {names[c]}")
    return missing


def _links_missing(names: tuple[str, ...], shared: Ints, wanted: int) -> list[str]:
    """Which cameras are not yet linked to the first, over pairs that share enough instants."""
    linked = np.zeros(len(names), dtype=np.bool_)
    linked[0] = True
    while True:
        reached = linked | (shared[linked] >= wanted).any(axis=0)
        if np.array_equal(reached, linked):
            break
        linked = reached
    if linked.all():
        return []
    between = np.where(linked[:, None] & ~linked[None, :], shared, -1)
    a, b = np.unravel_index(int(np.argmax(between)), between.shape)
    return [f"show the board to {names[a]} and {names[b]} at once ({shared[a, b]} of {wanted} instants)"]
