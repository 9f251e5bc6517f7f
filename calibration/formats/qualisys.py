"""Calibration files of Qualisys Track Manager, `.qca.txt`: read only.

XML with one `camera` per camera: intrinsics in 1/64 px relative to the sensor, of which `fov_video` is the part that
the pictures show; `transform` holds the camera in the world, translation in millimetres and r11 ... r33 column by
column, for a camera that looks along its negative z axis.
"""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.files import read_text
from geometry import se3
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]

_SUBPIXELS = 64.0
_MM = 1e-3
_FLIP = np.diag([1.0, -1.0, -1.0])
"""Turns a camera that looks along -z with y up into OpenCV's, which looks along z with y down."""


def read_rig(path: Path | str) -> Rig:
    """Rig in metres, cameras named by their serial, in file order.

    Raises
    ------
    CalibrationError : naming file, camera and attribute
    """
    path = Path(path)
    try:
        document = ElementTree.fromstring(read_text(path))
    except ElementTree.ParseError as error:
        raise CalibrationError(f"{path}: is not a Qualisys calibration ({error}); export it again") from error
    cameras = tuple(_camera(path, element) for element in document.iter("camera") if element.get("active") != "0")
    if not cameras:
        raise CalibrationError(f"{path}: holds no active camera; is it a Qualisys .qca.txt file?")
    return Rig(cameras)


def _camera(path: Path, element: ElementTree.Element) -> Camera:
    where = f"{path}: camera '{element.get('serial', '?')}'"
    left, right, top, bottom = _numbers(where, element, "fov_video", "left", "right", "top", "bottom")
    fx, fy, cx, cy = _numbers(
        where, element, "intrinsic", "focalLengthU", "focalLengthV", "centerPointU", "centerPointV"
    )
    distortion = _numbers(
        where,
        element,
        "intrinsic",
        *(
            "radialDistortion1",
            "radialDistortion2",
            "tangentalDistortion1",
            "tangentalDistortion2",
            "radialDistortion3",
        ),
    )
    matrix = np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, _SUBPIXELS]]) / _SUBPIXELS
    matrix[:2, 2] -= left, top
    return Camera(
        name=element.get("serial", "?"),
        size=(round(right - left) + 1, round(bottom - top) + 1),
        matrix=matrix,
        distortion=np.array(distortion),
        T_camera_world=_pose(where, element),
    )


def _pose(where: str, element: ElementTree.Element) -> Array:
    columns = [_numbers(where, element, "transform", *(f"r{column}{row}" for row in (1, 2, 3))) for column in (1, 2, 3)]
    translation = _MM * np.array(_numbers(where, element, "transform", "x", "y", "z"))
    return se3.invert(se3.compose(np.transpose(columns) @ _FLIP, translation))


def _numbers(where: str, element: ElementTree.Element, tag: str, *names: str) -> list[float]:
    part = element.find(tag)
    if part is None:
        raise CalibrationError(f"{where} has no <{tag}>; export the calibration again")
    values: list[float] = []
    for name in names:
        try:
            values.append(float(part.get(name, "nothing")))
        except ValueError:
            raise CalibrationError(f"{where}: {tag} {name} = '{part.get(name)}' is not a number") from None
    return values
