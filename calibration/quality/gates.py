"""Gates: what a low reprojection error hides.

Each gate is a number that a right calibration keeps within its limit.  They are pure functions of what was solved and
seen; every one of them is shown to fire in the tests, on a case built to trip it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.quality.scores import Score
from geometry.rig import Rig

Array = NDArray[np.float64]

REPROJECTION_SHARE_OF_DIAGONAL = 0.002
SCALE_BIAS = 0.01
LENS_MISMATCH = 1.5
CLOCK_S = 0.020
MOVED_CAMERA = 3.0
MOVED_CAMERA_PX = 1.0
MARKER_RATIO = 0.03
FOCAL_SD = 0.05
COVERED_SHARE = 0.05
MIRRORED_SHARE = 0.5
_SIGNIFICANT = 3.0


@dataclass(frozen=True)
class Gate:
    """One check: `value` against `limit` in the unit its name says; `detail` names the culprit and the remedy."""

    name: str
    passed: bool
    value: float | None
    limit: float
    detail: str = ""


def all_cameras_linked(linked: NDArray[np.bool_], names: Sequence[str]) -> Gate:
    """Every camera shares sightings of the board with another."""
    missing = [name for name, placed in zip(names, linked, strict=True) if not placed]
    detail = f"{', '.join(missing)}: never saw the board together with the others; show it to both at once"
    return Gate(
        "all_cameras_linked",
        not missing,
        float(np.count_nonzero(linked)),
        float(len(linked)),
        detail if missing else "",
    )


def reprojection(name: str, score: Score, rig: Rig) -> Gate:
    """Every camera's rms pixel distance, of corners triangulated by the rig, as a share of its image diagonal."""
    diagonal = np.array([np.hypot(*camera.size) for camera in rig.cameras])
    share = score.camera_rms_px / diagonal
    if not np.isfinite(share).any():
        return Gate(name, False, None, REPROJECTION_SHARE_OF_DIAGONAL, "no corner was seen by two cameras")
    worst = int(np.nanargmax(share))
    detail = (
        f"{rig.names[worst]}: {score.camera_rms_px[worst]:.2f} px; it moved, or its lens or its footage is another's"
    )
    value = float(share[worst])
    passed = value <= REPROJECTION_SHARE_OF_DIAGONAL
    return Gate(name, passed, value, REPROJECTION_SHARE_OF_DIAGONAL, "" if passed else detail)


def scale(score: Score) -> Gate:
    """Relative bias of distances between neighbouring corners against the printed board."""
    value = score.scale_bias_relative
    passed = bool(abs(value) <= SCALE_BIAS)
    detail = f"distances on the board come out {100 * value:+.1f} %; measure the print and correct square_mm"
    return Gate("scale_against_board", passed, _number(value), SCALE_BIAS, "" if passed else detail)


def known_distance(measured_m: float, stated_m: float, between: str) -> Gate:
    """A distance between two cameras, measured with a tape."""
    value = measured_m / stated_m - 1.0
    passed = abs(value) <= 2.0 * SCALE_BIAS
    detail = f"{between}: {measured_m:.3f} m by the rig, {stated_m:.3f} m by tape; square_mm is probably wrong"
    return Gate("scale_against_tape", passed, value, 2.0 * SCALE_BIAS, "" if passed else detail)


def same_scale(ratio: float) -> Gate:
    """Lengths of this calibration over those of the last one of the same rig, minus one."""
    value = ratio - 1.0
    passed = abs(value) <= SCALE_BIAS
    detail = f"the rig measures {100 * value:+.1f} % against its last calibration; check square_mm of both"
    return Gate("scale_against_last", passed, value, SCALE_BIAS, "" if passed else detail)


def marker_size(ratio: float, board: Board) -> Gate:
    """Marker side over square side as the pictures show it, relative to BOARD.toml."""
    value = ratio / (board.marker_m / board.square_m) - 1.0
    passed = abs(value) <= MARKER_RATIO
    detail = (
        f"markers look {100 * value:+.1f} % larger than marker_mm / square_mm says; measure both on the print"
        if not passed
        else ""
    )
    return Gate("board_proportions", passed, value, MARKER_RATIO, detail)


def not_mirrored(share: Array, names: Sequence[str]) -> Gate:
    """Share (C,) of a camera's pictures in which the rig tilts the board the way that picture itself says."""
    if not np.isfinite(share).any():
        return Gate("not_mirrored", True, None, MIRRORED_SHARE)
    worst = int(np.nanargmin(share))
    passed = bool(share[worst] >= MIRRORED_SHARE)
    detail = f"{names[worst]}: its pictures show the board tilted the other way; its pose is a plane's mirror image"
    return Gate("not_mirrored", passed, float(share[worst]), MIRRORED_SHARE, "" if passed else detail)


def cameras_above_floor(rig: Rig) -> Gate:
    """Height of the lowest camera above the floor, metres."""
    heights = np.array([camera.centre_world[2] for camera in rig.cameras])
    lowest = int(np.argmin(heights))
    passed = bool(heights[lowest] > 0.0)
    detail = f"{rig.names[lowest]}: {heights[lowest]:.2f} m; the floor board lay face down or the world is upside down"
    return Gate("cameras_above_floor", passed, float(heights[lowest]), 0.0, "" if passed else detail)


def cameras_upright(rig: Rig) -> Gate:
    """Cosine between each camera's top and up: below -0.5 its pictures are upside down."""
    cosine = np.array([-camera.T_camera_world[1, 2] for camera in rig.cameras])
    worst = int(np.argmin(cosine))
    passed = bool(cosine[worst] >= -0.5)
    detail = f"{rig.names[worst]}: its pictures are upside down; turn the camera or rotate its video"
    return Gate("cameras_upright", passed, float(cosine[worst]), -0.5, "" if passed else detail)


def cameras_see_volume(rig: Rig, middle: Array) -> Gate:
    """Angle in degrees between each camera's axis and the middle of the measured volume."""
    towards = np.array([middle - camera.centre_world for camera in rig.cameras])
    towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-9)
    axes = np.array([camera.viewing_direction_world for camera in rig.cameras])
    angle = np.rad2deg(np.arccos(np.clip((towards * axes).sum(axis=1), -1.0, 1.0)))
    worst = int(np.argmax(angle))
    passed = bool(angle[worst] <= 75.0)
    detail = f"{rig.names[worst]}: looks {angle[worst]:.0f} deg past the volume; its pose is wrong or it stands astray"
    return Gate("cameras_see_volume_deg", passed, float(angle[worst]), 75.0, "" if passed else detail)


def clocks(offset_s: Array, offset_sd_s: Array, names: Sequence[str]) -> Gate:
    """Largest significant time offset of a camera, milliseconds."""
    lateness = np.where(np.abs(offset_s) > _SIGNIFICANT * offset_sd_s, np.abs(offset_s), 0.0)
    worst = int(np.argmax(lateness))
    passed = bool(lateness[worst] <= CLOCK_S)
    detail = (
        f"{names[worst]}: {1e3 * offset_s[worst]:+.0f} +- {1e3 * offset_sd_s[worst]:.0f} ms off the others; "
        "synchronise the cameras, correct its timestamps, or calibrate with --time-offsets"
    )
    return Gate("clocks_agree_ms", passed, 1e3 * float(lateness[worst]), 1e3 * CLOCK_S, "" if passed else detail)


def lenses_fit_footage(errors_px: Array, names: Sequence[str]) -> Gate:
    """How much better another camera's lens explains a camera's own pictures of the board.

    `errors_px` (C, C): median error of camera i's single pictures under lens j.
    """
    own = np.diag(errors_px)
    ratio = own / np.nanmin(errors_px, axis=1)
    worst = int(np.nanargmax(ratio))
    other = int(np.nanargmin(errors_px[worst]))
    passed = bool(ratio[worst] <= LENS_MISMATCH)
    detail = f"{names[worst]}: its pictures fit the lens of {names[other]} better; are their files exchanged?"
    return Gate("lenses_fit_footage", passed, float(ratio[worst]), LENS_MISMATCH, "" if passed else detail)


def lenses_known(focal_sd: Array, names: Sequence[str]) -> Gate:
    """Relative standard deviation of the least certain focal length."""
    worst = int(np.argmax(focal_sd))
    passed = bool(focal_sd[worst] <= FOCAL_SD)
    detail = f"{names[worst]}: focal length known to {100 * focal_sd[worst]:.0f} %; film the board closer and tilted"
    return Gate("lenses_known", passed, float(focal_sd[worst]), FOCAL_SD, "" if passed else detail)


def lenses_cover_view(share: Array, names: Sequence[str]) -> Gate:
    """Share of each camera's picture that the board visited while its lens was learnt."""
    worst = int(np.argmin(share))
    passed = bool(share[worst] >= COVERED_SHARE)
    detail = (
        f"{names[worst]}: the board was in {100 * share[worst]:.0f} % of its picture, elsewhere its lens is a guess; "
        "move the board through the whole picture"
    )
    return Gate("lenses_cover_view", passed, float(share[worst]), COVERED_SHARE, "" if passed else detail)


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None
