"""The world from a person: feet that stand still touch the floor, heads are above it."""

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.world_frame.world import World, fit_plane, frame_on_plane

Array = NDArray[np.float64]

_STILL_M_S = 0.15
_LEAST_CONTACTS = 20
_LEAST_SPREAD_M = 0.05
_ROUNDS = 10
_OUTLIER = 2.5


def world_from_feet(feet: Array, head: Array, time_s: Array, sole_m: float = 0.0) -> World:
    """World whose floor carries the feet.

    Parameters
    ----------
    feet : (F, K, 3) heel and toe points, metres, NaN where not seen
    head : (F, 3) any point well above them
    time_s : (F,) seconds
    sole_m : height of the foot points above the floor
    """
    contacts = _contacts(feet, time_s)
    if len(contacts) < _LEAST_CONTACTS:
        raise CalibrationError(
            f"{len(contacts)} foot contacts found; at least {_LEAST_CONTACTS} are needed: let the person stand and step"
        )
    up = np.nanmean(head, axis=0) - contacts.mean(axis=0)
    centre, normal, rms = fit_plane(contacts)
    for _ in range(_ROUNDS):
        height = (contacts - centre) @ normal
        near = np.abs(height) <= _OUTLIER * max(float(np.sqrt((height**2).mean())), 1e-6)
        if near.all():
            break
        contacts = contacts[near]
        centre, normal, rms = fit_plane(contacts)
    normal = normal if normal @ up >= 0.0 else -normal
    _, spread, axes = np.linalg.svd(contacts - centre, full_matrices=False)
    if spread[1] / np.sqrt(len(contacts)) < _LEAST_SPREAD_M:
        raise CalibrationError(
            "the feet stood in one place only; step sideways and forwards so that they span the floor"
        )
    return World(frame_on_plane(centre - sole_m * normal, normal, axes[0]), rms, "foot contacts")


def _contacts(feet: Array, time_s: Array) -> Array:
    """(n, 3) positions of foot points that hardly move."""
    velocity = np.gradient(feet, time_s, axis=0)
    still = np.linalg.norm(velocity, axis=-1) < _STILL_M_S
    return feet[still & np.isfinite(feet).all(axis=-1)]
