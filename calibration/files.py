"""Writing without leaving half a file behind."""

import os
from pathlib import Path

from calibration.errors import CalibrationError


def write_text(path: Path, text: str) -> None:
    """Write `text` under a temporary name beside `path`, then rename."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """As `write_text`, for bytes."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CalibrationError(f"{path}: cannot be written ({error.strerror}); choose another place") from error


def read_text(path: Path) -> str:
    """Contents of a text file."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CalibrationError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise CalibrationError(f"{path}: is not a text file") from error
