"""Qualisys' .qca.txt: XML with intrinsics in 1/64 px and millimetres; video cameras only.

The rotation is that of the camera in the world, its columns written one after another, in a camera frame that looks
along -z: half a turn about x makes it OpenCV's.  Distortion coefficients are OpenCV's own, dimensionless ones.
(Pose2Sim 0.10 divides them by 64 as if they were pixels; board photographs of the same cameras confirm them as they
stand.)
"""

from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.files import write_text
from calibration.footage.folder import natural_order
from calibration.formats import units, xml
from geometry import se3
from geometry.rig import Camera, Rig

Array = NDArray[np.float64]

_PER_PIXEL = 64.0
_HALF_TURN_X = np.diag([1.0, -1.0, -1.0])
_ENTRIES = ("r11", "r12", "r13", "r21", "r22", "r23", "r31", "r32", "r33")
_EXACT = 1e-12


def recognised(path: Path) -> bool:
    """Whether an XML file is one of Qualisys' calibrations."""
    return xml.parse(path).tag == "calibration"


def read_rig(path: Path, metres_per_unit: float | None = None) -> Rig:
    """Rig of the active video cameras (of all active ones where no model says video), by serial number."""
    active = [e for e in xml.parse(path).findall("cameras/camera") if e.get("active", "1") != "0"]
    if not active:
        raise CalibrationError(f"{path}: holds no active camera; export the calibration from Qualisys again")
    video = [e for e in active if any(word in e.get("model", "").lower() for word in ("video", "none"))]
    cameras = sorted((_read_camera(path, e) for e in video or active), key=lambda camera: natural_order(camera.name))
    rig = units.scaled(Rig(tuple(cameras)), metres_per_unit or units.METRES_PER_UNIT["mm"])
    return units.require_metres(rig, path)


def write_rig(path: Path, rig: Rig) -> None:
    """Write a rig whose lenses Qualisys can express, if it reads back exactly; CalibrationError otherwise."""
    for camera in rig.cameras:
        if camera.fisheye or np.any(camera.distortion[5:] != 0.0):
            raise CalibrationError(f"camera '{camera.name}': Qualisys knows no fisheye and no more than 5 coefficients")
    cameras = "\n".join(_element(camera) for camera in rig.cameras)
    text = (
        f'<?xml version="1.0"?>\n<calibration type="regular">\n  <cameras>\n{cameras}\n  </cameras>\n</calibration>\n'
    )
    write_text(path, text)
    back = read_rig(path).select(rig.names)
    for ours, theirs in zip(rig.cameras, back.cameras, strict=True):
        if np.abs(ours.T_camera_world - theirs.T_camera_world).max() > _EXACT:
            path.unlink()
            raise CalibrationError(f"camera '{ours.name}': cannot be written as Qualisys calibration without loss")


def _read_camera(path: Path, element: xml.Element) -> Camera:
    name = element.get("serial") or "?"
    where = f"camera '{name}'"
    field, lens, place = (xml.child(path, where, element, tag) for tag in ("fov_video", "intrinsic", "transform"))
    left, top, right, bottom = (xml.number(path, where, field, side) for side in ("left", "top", "right", "bottom"))
    fu, fv, cu, cv = (
        xml.number(path, where, lens, key) / _PER_PIXEL
        for key in ("focalLengthU", "focalLengthV", "centerPointU", "centerPointV")
    )
    k1, k2, k3 = (xml.number(path, where, lens, f"radialDistortion{i}") for i in (1, 2, 3))
    p1, p2 = (xml.number(path, where, lens, f"tangentalDistortion{i}") for i in (1, 2))
    columns = np.array([xml.number(path, where, place, entry) for entry in _ENTRIES]).reshape(3, 3)
    centre = np.array([xml.number(path, where, place, axis) for axis in "xyz"])
    rotation = _HALF_TURN_X @ columns
    return Camera(
        name=name,
        size=(int(right - left + 1), int(bottom - top + 1)),
        matrix=np.array([[fu, 0.0, cu - left], [0.0, fv, cv - top], [0.0, 0.0, 1.0]]),
        distortion=np.array([k1, k2, p1, p2, k3] if k3 else [k1, k2, p1, p2]),
        T_camera_world=se3.compose(rotation, -rotation @ centre),
    )


def _element(camera: Camera) -> str:
    k1, k2, p1, p2, k3 = (float(v) for v in np.concatenate([camera.distortion, np.zeros(5)])[:5])
    columns = (_HALF_TURN_X @ camera.T_camera_world[:3, :3]).ravel()
    place = " ".join(f'{entry}="{float(value)!r}"' for entry, value in zip(_ENTRIES, columns, strict=True))
    centre = " ".join(f'{axis}="{1e3 * float(v)!r}"' for axis, v in zip("xyz", camera.centre_world, strict=True))
    scaled = {
        "focalLengthU": camera.matrix[0, 0],
        "focalLengthV": camera.matrix[1, 1],
        "centerPointU": camera.matrix[0, 2],
        "centerPointV": camera.matrix[1, 2],
    }
    lens = " ".join(f'{key}="{_PER_PIXEL * float(value)!r}"' for key, value in scaled.items())
    radial = f'radialDistortion1="{k1!r}" radialDistortion2="{k2!r}" radialDistortion3="{k3!r}"'
    width, height = camera.size
    return (
        f'    <camera active="1" model="video" serial={quoteattr(camera.name)} viewrotation="0">\n'
        f'      <fov_video left="0" top="0" right="{width - 1}" bottom="{height - 1}"/>\n'
        f"      <transform {centre} {place}/>\n"
        f'      <intrinsic {lens} {radial} tangentalDistortion1="{p1!r}" tangentalDistortion2="{p2!r}" skew="0"/>\n'
        "    </camera>"
    )
