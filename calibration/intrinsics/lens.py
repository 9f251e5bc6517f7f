"""A camera's lens from its pictures: selection, model choice by held-out error, uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.bundle.adjust import Adjustment, Knowledge, adjust
from calibration.detection.detection import Detection
from calibration.errors import CalibrationError
from calibration.intrinsics.coverage import coverage_map
from calibration.intrinsics.lens_fit import fit_lens, only_pictures, refit_lens, view_errors
from calibration.intrinsics.lens_models import MODELS, LensModel
from calibration.intrinsics.selection import select_views
from geometry.camera_model import CameraArrays

Array = NDArray[np.float64]

_FOLDS = 3
_WORTH_TRYING = 0.98
_OUTLIER = 4.0
_LEAST_VIEWS = 3


@dataclass(frozen=True, eq=False)
class Lens:
    """What is known about one camera's lens.

    Attributes
    ----------
    name, size : camera, (width, height) px
    model : chosen lens model
    camera : its parameters, as a single camera at the origin
    information : (CAMERA, CAMERA) inverse covariance of the intrinsic parameters, zero elsewhere
    rms_px, heldout_px : root mean square pixel distance on the pictures used, and on pictures left out of the fit
    views : number of pictures used
    coverage : pictures per cell of the image
    """

    name: str
    size: tuple[int, int]
    model: LensModel
    camera: CameraArrays
    information: Array
    rms_px: float
    heldout_px: float
    views: int
    coverage: NDArray[np.int64]


def learn_lens(name: str, board: Board, detections: Sequence[Detection], size: tuple[int, int]) -> Lens:
    """Lens of one camera; CalibrationError when its pictures do not suffice."""
    views = select_views(board, detections, size)
    if len(views) < _LEAST_VIEWS:
        raise CalibrationError(
            f"camera '{name}': {len(views)} usable pictures of the board for its lens; at least {_LEAST_VIEWS} are "
            "needed, better 20 from different distances and tilts"
        )
    first = fit_lens(board, views, size, MODELS[0])
    if first is None:
        raise CalibrationError(
            f"camera '{name}': no lens explains its {len(views)} pictures of the board; check columns, rows and type "
            "in BOARD.toml, and tilt the board against the camera"
        )
    good = _without_outliers(board, views, first)
    if len(good) < len(views):
        again = fit_lens(board, good, size, MODELS[0])
        good, first = (views, first) if again is None else (good, again)
    model, fit, heldout = _best_model(board, good, size, first)
    information = np.zeros((len(model.free), len(model.free)))
    information[np.ix_(model.free, model.free)] = fit.information()
    return Lens(
        name, size, model, fit.state.cameras, information, fit.rms_px, heldout, len(good), coverage_map(good, size)
    )


def _without_outliers(board: Board, views: list[Detection], fit: Adjustment) -> list[Detection]:
    errors = view_errors(board, views, fit.state.cameras)
    good = errors <= _OUTLIER * np.median(errors)
    return [view for view, keep in zip(views, good, strict=True) if keep] if good.sum() >= _LEAST_VIEWS else views


def _best_model(
    board: Board, views: list[Detection], size: tuple[int, int], first: Adjustment
) -> tuple[LensModel, Adjustment, float]:
    """Simplest model that no other one beats on pictures left out, by more than the standard error of the gain."""
    model, fit, errors = MODELS[0], first, _heldout_errors(board, views, first)
    for richer in MODELS[1:]:
        if len(views) < richer.views:
            continue
        same_kind = richer.fisheye == model.fisheye
        tried = refit_lens(fit, size, richer) if same_kind else fit_lens(board, views, size, richer)
        if tried is None or tried.rms_px > _WORTH_TRYING * fit.rms_px:
            continue
        tried_errors = _heldout_errors(board, views, tried)
        if _clearly_smaller(tried_errors, errors):
            model, fit, errors = richer, tried, tried_errors
    finite = errors[np.isfinite(errors)]
    return model, fit, float(np.sqrt((finite**2).mean())) if len(finite) else float("nan")


def _clearly_smaller(errors: Array, than: Array) -> bool:
    both = np.isfinite(errors) & np.isfinite(than)
    gain = than[both] - errors[both]
    return len(gain) > 1 and float(gain.mean()) > float(gain.std(ddof=1)) / np.sqrt(len(gain))


def _heldout_errors(board: Board, views: list[Detection], fit: Adjustment) -> Array:
    """(V,) error of every picture under a lens that was fitted without it."""
    errors = np.full(len(views), np.inf)
    fold = np.arange(len(views)) % _FOLDS
    for held in range(_FOLDS):
        sightings, state = only_pictures(fit, fold != held)
        if len(sightings.camera) == 0:
            continue
        refit = adjust(sightings, state, fit.task.free, Knowledge.none(state), timed=False)
        left_out = [view for view, f in zip(views, fold, strict=True) if f == held]
        errors[fold == held] = view_errors(board, left_out, refit.state.cameras)
    return errors


def rescaled(lens: Lens, size: tuple[int, int]) -> Lens:
    """The same lens at another resolution of the same aspect; CalibrationError when the aspect differs."""
    factor = size[0] / lens.size[0]
    if abs(size[1] / lens.size[1] / factor - 1.0) > 0.01:
        raise CalibrationError(
            f"camera '{lens.name}': its lens was calibrated at {lens.size[0]}x{lens.size[1]} px but the footage has "
            f"{size[0]}x{size[1]}, another aspect; calibrate the lens at this resolution"
        )
    # Pixel centres lie at integers: the image's edge, not its first pixel centre, stays fixed.
    camera = lens.camera._replace(focal=lens.camera.focal * factor, centre=(lens.camera.centre + 0.5) * factor - 0.5)
    scale = np.ones(len(lens.information))
    scale[6:10] = 1.0 / factor
    return replace(lens, size=size, camera=camera, information=lens.information * scale[:, None] * scale)
