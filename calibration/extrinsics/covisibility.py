"""Relative poses of cameras that saw the board together, and the tree that links them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree

from geometry import se3

Array = NDArray[np.float64]

# Two single-picture poses of one board agree when its corners fall within this angle of each other, seen from the
# first camera: wide enough for cameras 100 ms apart, far below the 0.2 rad and more of a reversed tilt.
_AGREE_RAD = 0.04
_HYPOTHESES = 16
_WITNESSES = 48

Candidates = Mapping[tuple[int, int], Array]
"""(camera, instant) -> (m, 4, 4) candidate poses T_camera_board of what that camera saw then."""


@dataclass(frozen=True, eq=False)
class Link:
    """Relative pose of two cameras: `T_a_b`, the number of instants that agree on it and of those that were shared."""

    a: int
    b: int
    T_a_b: Array
    agreeing: int
    shared: int


def links(candidates: Candidates, corners: Array, n_cameras: int) -> list[Link]:
    """Links between all pairs of cameras that share instants; `corners` (n, 3) are the board's extreme points."""
    instants: list[set[int]] = [{i for c, i in candidates if c == camera} for camera in range(n_cameras)]
    found: list[Link] = []
    for a in range(n_cameras):
        for b in range(a + 1, n_cameras):
            shared = sorted(instants[a] & instants[b])
            link = _link(a, b, shared, candidates, corners) if shared else None
            if link is not None:
                found.append(link)
    return found


def components(found: Sequence[Link], n_cameras: int) -> NDArray[np.int32]:
    """(C,) label of the group of linked cameras that each belongs to."""
    _, labels = connected_components(_graph(found, n_cameras), directed=False)
    return labels


def place_on_tree(found: Sequence[Link], n_cameras: int, root: int) -> Array:
    """(C, 4, 4) T_camera_root along the tree of the best-supported links; NaN for cameras out of reach."""
    tree = minimum_spanning_tree(_graph(found, n_cameras))
    order, before = breadth_first_order(tree, root, directed=False)
    by_pair = {(link.a, link.b): link.T_a_b for link in found}
    T_camera_root = np.full((n_cameras, 4, 4), np.nan)
    T_camera_root[root] = np.eye(4)
    for camera in order[1:]:
        parent = int(before[camera])
        pair = (int(camera), parent)
        T_camera_parent = by_pair[pair] if pair in by_pair else se3.invert(by_pair[parent, int(camera)])
        T_camera_root[camera] = T_camera_parent @ T_camera_root[parent]
    return T_camera_root


def _graph(found: Sequence[Link], n_cameras: int) -> csr_matrix:
    """Cost of trusting each link: small where many instants agree."""
    cost = [1.0 / link.agreeing for link in found]
    rows, columns = [link.a for link in found], [link.b for link in found]
    return csr_matrix((cost, (rows, columns)), shape=(n_cameras, n_cameras))


def _link(a: int, b: int, shared: list[int], candidates: Candidates, corners: Array) -> Link | None:
    """The relative pose that most shared instants agree on, whichever way each picture's tilt is read.

    A reversed tilt gives a different wrong answer in every picture, the right reading always the same one.
    """
    hypotheses = np.concatenate(
        [_relative(candidates[a, i], candidates[b, i]).reshape(-1, 4, 4) for i in _spread(shared, _HYPOTHESES)]
    )
    witnesses = _spread(shared, _WITNESSES)
    disagreement = np.stack(
        [_disagreement(hypotheses, candidates[a, i], candidates[b, i], corners) for i in witnesses], axis=1
    )
    cost = np.minimum(disagreement, _AGREE_RAD).sum(axis=1)
    best = int(np.argmin(cost))
    agreeing = disagreement[best] < _AGREE_RAD
    if agreeing.sum() < max(1, len(witnesses) // 4):
        return None
    readings = [
        _nearest(hypotheses[best], candidates[a, i], candidates[b, i], corners)
        for i, agrees in zip(witnesses, agreeing, strict=True)
        if agrees
    ]
    T_a_b = _middle(np.array(readings))
    return Link(a, b, T_a_b, int(np.ceil(agreeing.mean() * len(shared))), len(shared))


def _relative(T_a_board: Array, T_b_board: Array) -> Array:
    """(p, q, 4, 4) T_a_b for every pair of readings."""
    return T_a_board[:, None] @ se3.invert(T_b_board)[None]


def _disagreement(hypotheses: Array, T_a_board: Array, T_b_board: Array, corners: Array) -> Array:
    """(h,) angle between the board as a saw it and as b saw it, for the best pair of readings."""
    in_a = se3.apply(T_a_board[:, None], corners)
    in_b = se3.apply(T_b_board[:, None], corners)
    moved = se3.apply(hypotheses[:, None, None], in_b)
    gap = np.linalg.norm(moved[:, None] - in_a[None, :, None], axis=-1)
    angle = gap / np.linalg.norm(in_a, axis=-1)[None, :, None]
    return np.sqrt((angle**2).mean(axis=-1)).min(axis=(1, 2))


def _nearest(hypothesis: Array, T_a_board: Array, T_b_board: Array, corners: Array) -> Array:
    """Of all readings of one instant, the relative pose closest to a hypothesis."""
    every = _relative(T_a_board, T_b_board).reshape(-1, 4, 4)
    in_b = se3.apply(T_b_board[:, None], corners)[None].repeat(len(T_a_board), axis=0).reshape(-1, len(corners), 3)
    gap = np.linalg.norm(se3.apply(every[:, None], in_b) - se3.apply(hypothesis, in_b), axis=-1).mean(axis=-1)
    return every[int(np.argmin(gap))]


def _middle(transforms: Array) -> Array:
    """Median translation and mean rotation of transforms that roughly agree."""
    return se3.compose(
        se3.nearest_rotation(transforms[:, :3, :3].mean(axis=0)), np.median(transforms[:, :3, 3], axis=0)
    )


def _spread(items: list[int], most: int) -> list[int]:
    if len(items) <= most:
        return items
    return [items[i] for i in np.linspace(0, len(items) - 1, most).round().astype(int)]
