"""A lens from an earlier calibration of the same camera: known, but not beyond doubt."""

import numpy as np

from calibration.intrinsics.lens import Lens, rescaled
from calibration.intrinsics.lens_models import MODELS, LensModel
from calibration.kernels.board_view import CAMERA, DISTORTION, INTRINSIC
from geometry.rig import Camera, Rig

# A lens that nobody touched stays this well known; temperature and mount move it.
_FOCAL_SD = 1e-3
_CENTRE_SD_PX = 1.0
_COEFFICIENT_SD = 2e-3


def stored_lens(camera: Camera, size: tuple[int, int]) -> Lens:
    """Lens of a calibrated camera, for pictures of `size`; CalibrationError when their aspect is another.

    `views` is 0 and the errors are unknown: no picture was looked at.
    """
    arrays = Rig((camera,)).arrays._replace(R=np.eye(3)[None], t=np.zeros((1, 3)))
    model = _model_of(camera)
    precision = np.zeros(CAMERA)
    precision[INTRINSIC : INTRINSIC + 2] = 1.0 / (_FOCAL_SD * arrays.focal[0]) ** 2
    precision[INTRINSIC + 2 : DISTORTION] = 1.0 / _CENTRE_SD_PX**2
    precision[[DISTORTION + i for i in model.coefficients]] = 1.0 / _COEFFICIENT_SD**2
    cells = np.zeros((1, 1), dtype=np.int64)
    lens = Lens(camera.name, camera.size, model, arrays, np.diag(precision), np.nan, np.nan, 0, cells)
    return lens if camera.size == size else rescaled(lens, size)


def _model_of(camera: Camera) -> LensModel:
    """The simplest model that has all of its coefficients."""
    used = {i for i, coefficient in enumerate(camera.distortion) if coefficient != 0.0}
    return next(model for model in MODELS if model.fisheye == camera.fisheye and used <= set(model.coefficients))
