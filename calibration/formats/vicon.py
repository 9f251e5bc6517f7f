"""Vicon's .xcp: XML in millimetres, orientation as a quaternion with its scalar last (world to camera).

Radial distortion is read from VICON_RADIAL2 (k1 k2 k3 after the centre), else from VICON_RADIAL (k1 k2).
"""

from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from calibration.errors import CalibrationError
from calibration.files import write_text
from calibration.footage.folder import natural_order
from calibration.formats import units, xml
from geometry import se3
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]


def recognised(path: Path) -> bool:
    """Whether an XML file is one of Vicon's calibrations."""
    return xml.parse(path).tag == "Cameras"


def read_rig(path: Path, metres_per_unit: float | None = None) -> Rig:
    """Rig of the video cameras (of all cameras where the file does not say which), in natural order of their ids."""
    every = xml.parse(path).findall("Camera")
    video = [element for element in every if "video" in element.get("TYPE", "").lower()]
    if not every:
        raise CalibrationError(f"{path}: holds no <Camera>; export the calibration from Vicon again")
    cameras = sorted((_read_camera(path, e) for e in video or every), key=lambda camera: natural_order(camera.name))
    return units.require_metres(units.scaled(Rig(tuple(cameras)), metres_per_unit or units.METRES_PER_UNIT["mm"]), path)


def write_rig(path: Path, rig: Rig) -> None:
    """Write a rig whose lenses Vicon can express: radial distortion only."""
    for camera in rig.cameras:
        if camera.fisheye or np.any(camera.distortion[2:4] != 0.0) or np.any(camera.distortion[5:] != 0.0):
            raise CalibrationError(
                f"camera '{camera.name}': Vicon knows radial distortion with 3 coefficients only; choose another format"
            )
    cameras = "\n".join(_element(camera) for camera in rig.cameras)
    write_text(path, f'<?xml version="1.0"?>\n<Cameras VERSION="1.0">\n{cameras}\n</Cameras>\n')


def _read_camera(path: Path, element: xml.Element) -> Camera:
    name = element.get("DEVICEID") or "?"
    where = f"camera {name}"
    frame = xml.child(path, where, element, "KeyFrames/KeyFrame")
    width, height = xml.numbers(path, where, element, "SENSOR_SIZE", 2)
    fu = xml.number(path, where, frame, "FOCAL_LENGTH")
    fv = fu / (xml.number(path, where, element, "PIXEL_ASPECT_RATIO") if element.get("PIXEL_ASPECT_RATIO") else 1.0)
    cu, cv = xml.numbers(path, where, frame, "PRINCIPAL_POINT", 2)
    quaternion = xml.numbers(path, where, frame, "ORIENTATION", 4)
    if not np.linalg.norm(quaternion) > 0.0:
        raise CalibrationError(f"{path}: {where} ORIENTATION is zero; calibrate this camera again")
    rotation = Rotation.from_quat(quaternion).as_matrix()
    return Camera(
        name=name,
        size=(int(width), int(height)),
        matrix=np.array([[fu, 0.0, cu], [0.0, fv, cv], [0.0, 0.0, 1.0]]),
        distortion=_radial(path, where, frame),
        T_camera_world=se3.compose(rotation, -rotation @ xml.numbers(path, where, frame, "POSITION", 3)),
    )


def _radial(path: Path, where: str, frame: xml.Element) -> Array:
    """(5,) k1 k2 0 0 k3."""
    newer, older = frame.get("VICON_RADIAL2"), frame.get("VICON_RADIAL")
    words = newer.split()[3:6] if newer is not None else (older or "0 0").split()[:2]
    try:
        k1, k2, k3 = (float(word) for word in [*words, "0", "0", "0"][:3])
    except ValueError:
        raise CalibrationError(f"{path}: {where} VICON_RADIAL is not made of numbers") from None
    return np.array([k1, k2, 0.0, 0.0, k3])


def _element(camera: Camera) -> str:
    k1, k2, _, _, k3 = (float(v) for v in np.concatenate([camera.distortion, np.zeros(5)])[:5])
    quaternion = " ".join(repr(float(v)) for v in Rotation.from_matrix(camera.T_camera_world[:3, :3]).as_quat())
    position = " ".join(repr(1e3 * float(v)) for v in camera.centre_world)
    fu, fv, cu, cv = (float(camera.matrix[i]) for i in ((0, 0), (1, 1), (0, 2), (1, 2)))
    return (
        f'  <Camera DEVICEID={quoteattr(camera.name)} TYPE="Video" SENSOR_SIZE="{camera.size[0]} {camera.size[1]}" '
        f'PIXEL_ASPECT_RATIO="{fu / fv!r}">\n    <KeyFrames>\n'
        f'      <KeyFrame FOCAL_LENGTH="{fu!r}" PRINCIPAL_POINT="{cu!r} {cv!r}" ORIENTATION="{quaternion}" '
        f'POSITION="{position}" VICON_RADIAL2="ViconRadial2 {cu!r} {cv!r} {k1!r} {k2!r} {k3!r}"/>\n'
        "    </KeyFrames>\n  </Camera>"
    )
