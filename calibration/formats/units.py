"""Which length a rig file counts in: never guessed, doubted when the room would be impossible."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from calibration.errors import CalibrationError
from geometry.rig import Camera, Rig

METRES_PER_UNIT = {"m": 1.0, "cm": 0.01, "mm": 0.001}

# Two lenses closer than a fingertip, or further apart than a sports hall, are far more often a wrong unit.
SMALLEST_BASELINE_M = 0.01
LARGEST_BASELINE_M = 30.0
_MILLIMETRES_FROM = 500.0


def metres_per_unit(text: str) -> float:
    """Length of one unit in metres, from a name (`m`, `cm`, `mm`) or a number of metres such as `0.054`."""
    try:
        value = METRES_PER_UNIT[text] if text in METRES_PER_UNIT else float(text)
    except ValueError:
        value = float("nan")
    if not 0.0 < value < float("inf"):
        raise CalibrationError(
            f"units '{text}' are unknown; choose {', '.join(METRES_PER_UNIT)} or the length of one unit in metres"
        )
    return value


def largest_baseline(rig: Rig) -> float:
    """Greatest distance between two optical centres, metres; 0 for a single camera."""
    centres = np.array([camera.centre_world for camera in rig.cameras]).reshape(-1, 3)
    return float(np.linalg.norm(centres[:, None] - centres[None], axis=-1).max(initial=0.0))


def is_plausible(rig: Rig) -> bool:
    """Whether the cameras stand as far apart as cameras in metres do."""
    return len(rig) < 2 or SMALLEST_BASELINE_M <= largest_baseline(rig) <= LARGEST_BASELINE_M


def require_metres(rig: Rig, path: Path) -> Rig:
    """The rig itself, or the question that its user has to answer."""
    if is_plausible(rig):
        return rig
    baseline = largest_baseline(rig)
    if baseline > LARGEST_BASELINE_M:
        likely = "millimetres" if baseline >= _MILLIMETRES_FROM else "board squares, centimetres or millimetres"
        flag = "mm" if baseline >= _MILLIMETRES_FROM else "mm|cm|METRES_PER_SQUARE"
    else:
        likely, flag = "no metres (or the cameras were never placed)", "METRES_PER_UNIT"
    raise CalibrationError(
        f"{path}: its cameras stand up to {baseline:.4g} units apart, which looks like {likely}; what is the unit? "
        f"convert it with `valgus rig convert {path} OUT.toml --units {flag}` (`--units m` if it is right)"
    )


def scaled(rig: Rig, factor: float) -> Rig:
    """The rig with every length multiplied by `factor`."""
    return Rig(tuple(_scaled_camera(camera, factor) for camera in rig.cameras))


def _scaled_camera(camera: Camera, factor: float) -> Camera:
    T_camera_world = camera.T_camera_world.copy()
    T_camera_world[:3, 3] *= factor
    return replace(camera, T_camera_world=T_camera_world)
