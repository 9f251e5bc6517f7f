"""TOML as aniposelib and Pose2Sim write it: the project's own rig format.

One table per camera with `name`, `size` = [width, height], `matrix`, `distortions` (k1 k2 p1 p2 [k3 [k4 k5 k6]]),
`rotation` (Rodrigues vector, world to camera), `translation`, optional `fisheye`, then `[metadata]`.  Lengths are
metres here and in Pose2Sim; a FreeMoCap file has millimetres, an Anipose file board units.  Numbers keep every digit.
"""

from pathlib import Path
from typing import Any

from calibration.errors import CalibrationError
from calibration.files import write_text
from calibration.formats import fields, toml, units
from geometry import se3
from geometry.rig import Camera, Rig

_NOT_CAMERAS = ("metadata", "capture_volume", "charuco", "checkerboard")


def read_rig(path: Path | str, metres_per_unit: float | None = None) -> Rig:
    """Rig of an aniposelib or Pose2Sim TOML file, cameras in file order.

    Parameters
    ----------
    path : the file
    metres_per_unit : length of the file's unit; without it the file must be in metres (or state its unit under
        `[metadata] units`), and a rig whose cameras could not stand in one room is refused with a question

    Raises
    ------
    CalibrationError : naming file, table and key
    """
    path = Path(path)
    document = toml.parse(path)
    tables = {key: value for key, value in document.items() if key not in _NOT_CAMERAS}
    if not tables:
        raise CalibrationError(f"{path}: holds no cameras; a rig file has one table per camera")
    rig = Rig(tuple(read_camera(path, key, table) for key, table in tables.items()))
    if metres_per_unit is None:
        stated = _stated_unit(path, document)
        return units.require_metres(rig, path) if stated is None else units.scaled(rig, stated)
    return units.scaled(rig, metres_per_unit)


def write_rig(path: Path | str, rig: Rig, *, adjusted: bool = False, error_px: float = 0.0) -> None:
    """Write a rig in metres; `adjusted` after bundle adjustment, `error_px` its reprojection error."""
    blocks = [_camera_block(camera) for camera in rig.cameras]
    metadata = ["[metadata]", f"adjusted = {str(adjusted).lower()}", f"error = {float(error_px)!r}"]
    if not units.is_plausible(rig):
        metadata.append('units = "m"')
    write_text(Path(path), "\n\n".join([*blocks, "\n".join(metadata)]) + "\n")


def _stated_unit(path: Path, document: dict[str, Any]) -> float | None:
    unit = fields.table(path, "metadata", document.get("metadata", {})).get("units")
    if unit is None:
        return None
    if unit not in units.METRES_PER_UNIT:
        raise CalibrationError(
            f"{path}: [metadata] units = {unit!r} is unknown; choose {', '.join(units.METRES_PER_UNIT)}"
        )
    return units.METRES_PER_UNIT[unit]


def read_camera(path: Path, key: str, table: Any) -> Camera:
    """One camera's table, lengths as they stand there."""
    values = fields.table(path, key, table)
    fisheye = values.get("fisheye", False)
    if not isinstance(fisheye, bool):
        raise CalibrationError(f"{path}: [{key}] fisheye = {fisheye!r} must be true or false")
    rotation = se3.rotation_from_vector(fields.numbers(path, key, values, "rotation", (3,)))
    return Camera(
        name=str(values.get("name", key)),
        size=fields.image_size(path, key, values),
        matrix=fields.intrinsic_matrix(path, key, values),
        distortion=fields.distortion(path, key, values, fisheye=fisheye),
        T_camera_world=se3.compose(rotation, fields.numbers(path, key, values, "translation", (3,))),
        fisheye=fisheye,
    )


def _camera_block(camera: Camera) -> str:
    return "\n".join([f"[{toml.key(camera.name)}]", *camera_lines(camera)])


def camera_lines(camera: Camera) -> list[str]:
    """Keys of one camera's table, without its heading."""
    return [
        f"name = {toml.string(camera.name)}",
        f"size = [{camera.size[0]}, {camera.size[1]}]",
        f"matrix = [{', '.join(toml.numbers(row) for row in camera.matrix)}]",
        f"distortions = {toml.numbers(fields.padded_distortion(camera))}",
        f"rotation = {toml.numbers(toml.rotation_vector(camera.T_camera_world[:3, :3]))}",
        f"translation = {toml.numbers(camera.T_camera_world[:3, 3])}",
        f"fisheye = {str(camera.fisheye).lower()}",
    ]
