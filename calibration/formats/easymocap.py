"""EasyMocap's intri.yml and extri.yml, side by side in one folder, metres, OpenCV's YAML.

Names, then per camera `K_`, `dist_` (k1 k2 p1 p2 k3), `R_` (Rodrigues), `Rot_`, `T_`; newer files also `H_` and `W_`,
the image size.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.files import write_text
from calibration.formats import fields, units
from geometry import se3
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]

FILES = ("intri.yml", "extri.yml")


def folder_of(path: Path) -> Path:
    """The folder that holds both files, from itself or from either file."""
    return path if path.is_dir() else path.parent


def read_rig(path: Path, metres_per_unit: float | None = None) -> Rig:
    """Rig of a folder with intri.yml and extri.yml."""
    folder = folder_of(path)
    lenses, places = (_open(folder / name) for name in FILES)
    names = [lenses.getNode("names").at(i).string() for i in range(int(lenses.getNode("names").size()))]
    if not names:
        raise CalibrationError(f"{folder / FILES[0]}: holds no camera names")
    rig = Rig(tuple(_read_camera(folder, name, lenses, places) for name in names))
    return units.require_metres(rig, folder) if metres_per_unit is None else units.scaled(rig, metres_per_unit)


def write_rig(path: Path, rig: Rig) -> None:
    """Write both files into a folder."""
    for camera in rig.cameras:
        if camera.fisheye or np.any(camera.distortion[5:] != 0.0):
            raise CalibrationError(
                f"camera '{camera.name}': EasyMocap knows no fisheye and no more than 5 coefficients"
            )
    path.mkdir(parents=True, exist_ok=True)
    names = "names:\n" + "".join(f'  - "{name}"\n' for name in rig.names)
    head = f"%YAML:1.0\n---\n{names}"
    write_text(path / FILES[0], head + "".join(_lens_lines(camera) for camera in rig.cameras))
    write_text(path / FILES[1], head + "".join(_place_lines(camera) for camera in rig.cameras))


def _open(path: Path) -> Any:
    if not path.is_file():
        raise CalibrationError(f"{path}: is missing; EasyMocap keeps {FILES[0]} and {FILES[1]} side by side")
    try:
        storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_READ)
    except (cv2.error, SystemError) as error:
        raise CalibrationError(f"{path}: is not OpenCV's YAML; export it again") from error
    if not storage.isOpened():
        raise CalibrationError(f"{path}: is not OpenCV's YAML; export it again")
    return storage


def _read_camera(folder: Path, name: str, lenses: Any, places: Any) -> Camera:
    intri, extri = (folder / file for file in FILES)
    values = {f"K_{name}": _matrix(lenses, f"K_{name}"), f"dist_{name}": _matrix(lenses, f"dist_{name}")}
    values |= {f"R_{name}": _matrix(places, f"R_{name}"), f"T_{name}": _matrix(places, f"T_{name}")}
    present = {key: value for key, value in values.items() if value is not None}
    height, width = (lenses.getNode(f"{letter}_{name}") for letter in "HW")
    if height.empty() or width.empty():
        raise CalibrationError(f"{intri}: camera '{name}' has no image size; add H_{name} and W_{name}")
    flat = {key: value if key.startswith("K_") else value.ravel() for key, value in present.items()}
    rotation = se3.rotation_from_vector(fields.numbers(extri, name, flat, f"R_{name}", (3,)))
    return Camera(
        name=name,
        size=(int(width.real()), int(height.real())),
        matrix=fields.intrinsic_matrix(intri, name, flat, f"K_{name}"),
        distortion=fields.distortion(intri, name, flat, f"dist_{name}"),
        T_camera_world=se3.compose(rotation, fields.numbers(extri, name, flat, f"T_{name}", (3,))),
    )


def _matrix(storage: Any, key: str) -> Array | None:
    node = storage.getNode(key)
    return None if node.empty() else np.asarray(node.mat(), dtype=float)


def _lens_lines(camera: Camera) -> str:
    five = np.concatenate([camera.distortion, np.zeros(5)])[:5]
    name, (width, height) = camera.name, camera.size
    return (
        _block(f"K_{name}", camera.matrix) + f"H_{name}: {height}\nW_{name}: {width}\n" + _block(f"dist_{name}", five)
    )


def _place_lines(camera: Camera) -> str:
    R, t = camera.T_camera_world[:3, :3], camera.T_camera_world[:3, 3]
    vector = se3.vector_from_rotation(R)
    return (
        _block(f"R_{camera.name}", vector[:, None])
        + _block(f"Rot_{camera.name}", R)
        + _block(f"T_{camera.name}", t[:, None])
    )


def _block(key: str, values: Array) -> str:
    matrix = np.atleast_2d(values)
    data = ", ".join(f"{float(value):.17g}" for value in matrix.ravel())
    rows, columns = matrix.shape
    return f"{key}: !!opencv-matrix\n   rows: {rows}\n   cols: {columns}\n   dt: d\n   data: [ {data} ]\n"
