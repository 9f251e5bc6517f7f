"""Does a session hang together: did the person stand still, flat on the feet, and is it the same person throughout?"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reconstruct.estimator.frame_ik import leg_length
from reconstruct.estimator.known_body import PARAMETERS, KnownBody
from reconstruct.estimator.session import SeenTrial, SessionTrial
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import BODY_POINTS, DOF_NAMES, N_DOF
from reconstruct.recording import Purpose

Array = NDArray[np.float64]

_STILL_DEG, _STILL_M = 5.0, 0.05
"""Standard deviation of a flexion and path of the pelvis of somebody who is asked to stand still."""
_FLAT_M = 0.04
"""Difference in height of heel and toe keypoints of a flat foot, at most."""
_SAME_LEGS = 0.06
"""Difference of leg lengths that the same person shows in two trials, at most; detectors' biases explain 2 %."""
_FLEXIONS = [j for j, name in enumerate(DOF_NAMES) if name.startswith(("hip_flexion", "knee_flexion"))]
_LEG = [PARAMETERS.index(name) for name in ("thigh_r", "shank_r", "thigh_l", "shank_l")]


def session_notices(
    trials: Sequence[SeenTrial], session: Sequence[SessionTrial], known: KnownBody | None
) -> tuple[str, ...]:
    """What a user should know before trusting the results, one line each."""
    notices: list[str] = []
    for seen, smoothed in zip(trials, session, strict=True):
        if seen.purpose is Purpose.STATIC:
            notices += _static_notices(smoothed)
    movement = leg_length(trials[-1].points)
    for seen in trials[:-1]:
        notices += _stranger(f"the {seen.purpose} trial", leg_length(seen.points), movement)
    if known is not None:
        notices += _stranger("--subject", 0.5 * float(known.mean[_LEG].sum()), movement)
    return tuple(notices)


def _static_notices(trial: SessionTrial) -> list[str]:
    q = trial.body.q
    notices: list[str] = []
    swing = math.degrees(float(q[:, _FLEXIONS].std(axis=0).max()))
    path = float(np.hypot(*np.ptp(q[:, :2], axis=0)))
    if swing > _STILL_DEG or path > _STILL_M:
        notices.append(
            f"the static trial is not still: hips or knees vary by {swing:.0f} deg and the pelvis by "
            f"{1e3 * path:.0f} mm; record the person standing still for two seconds"
        )
    heights = _foot_heights(trial, np.median(q, axis=0))
    for side, height in heights.items():
        if abs(height) > _FLAT_M:
            part = "heel" if height > 0 else "toes"
            notices.append(
                f"static trial: the {part} of the {side} foot seem {1e3 * abs(height):.0f} mm off the floor; "
                "let the person stand flat, and check that the rig's Z axis points up"
            )
    return notices


def _foot_heights(trial: SessionTrial, q: Array) -> dict[str, float]:
    """How much higher the heel lies than the toes, metres."""
    z = body_points(q[:N_DOF], trial.body.belief.geometry, trial.motion.coupling.array)[:, 2]
    place = {name: float(z[i]) for i, name in enumerate(BODY_POINTS)}
    return {
        side: place[f"{letter}Heel"] - 0.5 * (place[f"{letter}BigToe"] + place[f"{letter}SmallToe"])
        for side, letter in (("right", "R"), ("left", "L"))
    }


def _stranger(source: str, known_m: float, movement_m: float) -> list[str]:
    if abs(known_m - movement_m) <= _SAME_LEGS * movement_m:
        return []
    return [
        f"{source} is of a person with {1e3 * known_m:.0f} mm legs, the movement of one with "
        f"{1e3 * movement_m:.0f} mm; check that both are of the same person"
    ]
