"""FreeMoCap's TOML: aniposelib's tables in millimetres, with each camera's place spelt out besides."""

from pathlib import Path

from calibration.errors import CalibrationError
from calibration.files import write_text
from calibration.formats import aniposelib, toml, units
from geometry.rig import Camera, Rig

_MARKS = ("world_position", "world_orientation")
_MM = units.METRES_PER_UNIT["mm"]


def recognised(path: Path) -> bool:
    """Whether a TOML file carries FreeMoCap's own keys."""
    return any(isinstance(table, dict) and any(mark in table for mark in _MARKS) for table in toml.parse(path).values())


def read_rig(path: Path, metres_per_unit: float | None = None) -> Rig:
    """Rig in metres; the file is in millimetres unless another unit is given."""
    rig = aniposelib.read_rig(path, metres_per_unit or _MM)
    if not units.is_plausible(rig):
        apart = units.largest_baseline(rig) / (metres_per_unit or _MM)
        raise CalibrationError(
            f"{path}: its cameras stand {apart:.4g} units apart, which cannot be millimetres; what is the unit? "
            "answer with --units m, --units cm or --units METRES_PER_UNIT"
        )
    return rig


def write_rig(path: Path, rig: Rig) -> None:
    """Write a rig in millimetres."""
    blocks = [_block(i, camera) for i, camera in enumerate(units.scaled(rig, 1.0 / _MM).cameras)]
    write_text(path, "\n\n".join([*blocks, "[metadata]\nadjusted = false\nerror = 0.0"]) + "\n")


def _block(index: int, camera: Camera) -> str:
    to_world = camera.T_camera_world[:3, :3].T
    return "\n".join(
        [
            f"[{toml.key(camera.name)}]",
            f"id = {toml.string(camera.name)}",
            f"index = {index}",
            *aniposelib.camera_lines(camera),
            f"world_position = {toml.numbers(camera.centre_world)}",
            f"world_orientation = [{', '.join(toml.numbers(row) for row in to_world)}]",
        ]
    )
