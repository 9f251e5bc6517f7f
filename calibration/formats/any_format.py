"""Reading and writing rigs by the name of a format, or by what the file looks like."""

from pathlib import Path

from calibration.formats import aniposelib
from geometry.rig import Rig


def read_any(path: Path, format_name: str | None = None, metres_per_unit: float | None = None) -> Rig:
    """Rig of a file in any known format."""
    return aniposelib.read_rig(path, metres_per_unit)


def write_any(path: Path, rig: Rig, format_name: str | None = None) -> str:
    """Write a rig; returns the format's name."""
    aniposelib.write_rig(path, rig)
    return "aniposelib"
