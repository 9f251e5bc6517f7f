"""Two calibrations of the same rig: what moved, and whether they agree on the metre."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry import se3
from geometry.rig import Rig

Array = NDArray[np.float64]

_SAME_SHAPE = 0.05


@dataclass(frozen=True, eq=False)
class Comparison:
    """Cameras of both rigs after the best similarity transform.

    `scale` is new over old length; `moved_m`, `turned_rad` (C,) of `names`.
    """

    names: tuple[str, ...]
    scale: float
    moved_m: Array
    turned_rad: Array


def compare(new: Rig, old: Rig) -> Comparison | None:
    """Comparison over the cameras that both have; None with fewer than three, where shape says nothing."""
    common = [name for name in new.names if name in old.names]
    if len(common) < 3:
        return None
    ours, theirs = new.select(common), old.select(common)
    a = np.array([camera.centre_world for camera in ours.cameras])
    b = np.array([camera.centre_world for camera in theirs.cameras])
    # Median over pairs: one camera that was moved on purpose must not change the metre.
    pairs = np.triu_indices(len(common), 1)
    length_a = np.linalg.norm(a[pairs[0]] - a[pairs[1]], axis=1)
    length_b = np.linalg.norm(b[pairs[0]] - b[pairs[1]], axis=1)
    scale = float(np.median(length_a / length_b))
    turns = np.array(
        [
            c.T_camera_world[:3, :3].T @ o.T_camera_world[:3, :3]
            for c, o in zip(ours.cameras, theirs.cameras, strict=True)
        ]
    )
    rotation = se3.nearest_rotation(np.median(turns, axis=0))
    shift = np.median(a - scale * b @ rotation.T, axis=0)
    moved = np.linalg.norm(a - scale * b @ rotation.T - shift, axis=1)
    turned = se3.rotation_angle(np.swapaxes(turns, 1, 2) @ rotation)
    return Comparison(tuple(common), scale, moved, turned)
