"""Angles of other programs as an AngleTrial."""

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial, Observability

Array = NDArray[np.float64]

STRAIGHTEST_KNEE = np.deg2rad(-30.0)
LARGEST_JOINT_ANGLE = np.deg2rad(230.0)
_KNEES = [ANGLE_NAMES.index("knee_flexion_r"), ANGLE_NAMES.index("knee_flexion_l")]
_JOINTS = [i for i, name in enumerate(ANGLE_NAMES) if name.startswith(("hip", "knee", "ankle"))]


def angles_without_error(time_s: Array, values: Array) -> AngleTrial:
    """Trial of angles whose standard errors are unknown (NaN): measured where finite, prior where missing.

    Parameters
    ----------
    time_s : (F,) seconds
    values : (F, A) radians, in the order of `ANGLE_NAMES`
    """
    codes = np.where(np.isfinite(values), Observability.MEASURED, Observability.PRIOR)
    return AngleTrial(time_s, values, np.full_like(values, np.nan), codes.astype(np.int8))


def knees_flexing_positively(values: Array) -> tuple[Array, tuple[str, ...]]:
    """Angles (F, A) radians with knee flexion positive, and what to tell the user.

    OpenSim's models before 2016 count knee flexion negative.  No knee extends 30 deg past straight, so a trial that
    goes below that, and further down than up, is one of theirs.
    """
    knees = values[:, _KNEES]
    finite = knees[np.isfinite(knees)]
    if not finite.size or finite.min() > STRAIGHTEST_KNEE or finite.max() > -finite.min():
        return values, ()
    turned = values.copy()
    turned[:, _KNEES] *= -1.0
    return turned, ("knee angles were negative in flexion, as in OpenSim models before 2016; their sign was turned",)


def beyond_any_joint(values: Array) -> float | None:
    """First joint angle (radians) of (F, A) that no body reaches, or None: a sign of degrees taken for radians."""
    joints = values[:, _JOINTS]
    impossible = joints[np.abs(joints) > LARGEST_JOINT_ANGLE]
    return float(impossible[0]) if impossible.size else None
