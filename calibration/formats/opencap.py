"""OpenCap's pickles: one file per camera, millimetres, read without running anything that a pickle may ask for.

OpenCap's world is that of a board standing upright (x right, y down, z away from the cameras); here it lies down
again: Z up.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.footage.folder import natural_order
from calibration.formats import fields, units
from geometry import se3
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]

_SUFFIXES = (".pickle", ".pkl")
_BOARD_UPRIGHT = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, -1.0, 0.0]])

# All that a pickled numpy array needs; anything else is somebody else's code.
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


def files_of(path: Path) -> list[Path]:
    """The pickles of a folder in natural order, or the one file."""
    if path.is_dir():
        return sorted(
            (file for file in path.iterdir() if file.suffix in _SUFFIXES), key=lambda file: natural_order(file.stem)
        )
    return [path]


def read_rig(path: Path, metres_per_unit: float | None = None) -> Rig:
    """Rig of one pickle or of a folder of them, cameras named after their files."""
    files = files_of(path)
    if not files:
        raise CalibrationError(f"{path}: holds no .pickle of OpenCap")
    rig = Rig(tuple(_read_camera(file) for file in files))
    rig = units.scaled(rig, metres_per_unit or units.METRES_PER_UNIT["mm"]).moved(
        se3.compose(_BOARD_UPRIGHT, np.zeros(3))
    )
    return units.require_metres(rig, path)


def _read_camera(path: Path) -> Camera:
    values = fields.table(path, path.stem, _load(path))
    size = fields.numbers(path, path.stem, values, "imageSize", (2, 1), (2,)).ravel()
    shift = fields.numbers(path, path.stem, values, "translation", (3, 1), (3,)).ravel()
    coefficients = fields.numbers(path, path.stem, values, "distortion", (1, 4), (1, 5), (4,), (5,)).ravel()
    return Camera(
        name=path.stem,
        size=(int(size[1]), int(size[0])),
        matrix=fields.intrinsic_matrix(path, path.stem, values, "intrinsicMat"),
        distortion=coefficients,
        T_camera_world=se3.compose(
            se3.nearest_rotation(fields.numbers(path, path.stem, values, "rotation", (3, 3))), shift
        ),
    )


class _ArraysOnly(pickle.Unpickler):
    """Builds numpy arrays and nothing else."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if (module_name, global_name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"asks for {module_name}.{global_name}")
        return super().find_class(module_name, global_name)


def _load(path: Path) -> object:
    try:
        with path.open("rb") as file:
            return _ArraysOnly(file).load()
    except OSError as error:
        raise CalibrationError(f"{path}: cannot be read ({error.strerror})") from error
    except Exception as error:  # a damaged pickle can raise anything
        raise CalibrationError(f"{path}: is not a plain OpenCap calibration ({error}); convert it to TOML") from error
