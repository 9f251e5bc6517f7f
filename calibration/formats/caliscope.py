"""Caliscope's camera_array.toml: `[cameras.N]` in metres, rotation as Rodrigues vector or (older) matrix.

Cameras are called cam_N, as Caliscope calls their videos.
"""

import re
from pathlib import Path
from typing import Any

from calibration.errors import CalibrationError
from calibration.files import write_text
from calibration.formats import fields, toml, units
from geometry import se3
from geometry.rig import Camera, Rig


def recognised(path: Path) -> bool:
    """Whether a TOML file nests its cameras as Caliscope does."""
    return isinstance(toml.parse(path).get("cameras"), dict)


def read_rig(path: Path, metres_per_unit: float | None = None) -> Rig:
    """Rig of the cameras that have been placed; ignored ones are left out."""
    tables = fields.table(path, "cameras", toml.parse(path).get("cameras"))
    cameras = tuple(
        _read_camera(path, key, fields.table(path, f"cameras.{key}", values))
        for key, values in tables.items()
        if not fields.table(path, f"cameras.{key}", values).get("ignore", False)
    )
    if not cameras:
        raise CalibrationError(f"{path}: holds no cameras that are in use")
    rig = Rig(cameras)
    return units.require_metres(rig, path) if metres_per_unit is None else units.scaled(rig, metres_per_unit)


def write_rig(path: Path, rig: Rig) -> None:
    """Write a rig; cameras whose names end in different numbers keep them."""
    blocks = [_block(number, camera) for number, camera in zip(_numbers(rig), rig.cameras, strict=True)]
    write_text(path, "\n\n".join(blocks) + "\n")


def _read_camera(path: Path, key: str, values: fields.Table) -> Camera:
    where = f"cameras.{key}"
    fisheye = values.get("fisheye", False) is True
    rotation = fields.numbers(path, where, values, "rotation", (3,), (3, 3))
    matrix = se3.rotation_from_vector(rotation) if rotation.ndim == 1 else se3.nearest_rotation(rotation)
    number: Any = values.get("cam_id", values.get("port", key))
    return Camera(
        name=f"cam_{number}",
        size=fields.image_size(path, where, values),
        matrix=fields.intrinsic_matrix(path, where, values),
        distortion=fields.distortion(path, where, values, fisheye=fisheye),
        T_camera_world=se3.compose(matrix, fields.numbers(path, where, values, "translation", (3,))),
        fisheye=fisheye,
    )


def _numbers(rig: Rig) -> list[int]:
    endings = [re.findall(r"\d+$", name) for name in rig.names]
    numbers = [int(ending[0]) for ending in endings if ending]
    return numbers if len(set(numbers)) == len(rig) else list(range(len(rig)))


def _block(number: int, camera: Camera) -> str:
    return "\n".join(
        [
            f"[cameras.{number}]",
            f"cam_id = {number}",
            f"size = [{camera.size[0]}, {camera.size[1]}]",
            "rotation_count = 0",
            f"matrix = [{', '.join(toml.numbers(row) for row in camera.matrix)}]",
            f"distortions = {toml.numbers(fields.padded_distortion(camera))}",
            f"rotation = {toml.numbers(toml.rotation_vector(camera.T_camera_world[:3, :3]))}",
            f"translation = {toml.numbers(camera.T_camera_world[:3, 3])}",
            f"fisheye = {str(camera.fisheye).lower()}",
            "ignore = false",
        ]
    )
