"""Configuration from TOML into structs; what does not fit is one line with file, key, value and what is valid."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from capture.config_remedy import remedy
from capture.errors import CaptureError

_Config = TypeVar("_Config", bound=msgspec.Struct)


def read_config(path: Path, kind: type[_Config]) -> _Config:
    """Decode a TOML file into a struct whose unknown keys are forbidden; raises CaptureError."""
    return _convert(path, _load(path), kind)


def read_tables(path: Path, kind: type[_Config]) -> dict[str, _Config]:
    """Decode a TOML file of tables with free names, each of which is such a struct; raises CaptureError."""
    return {name: _convert(path, table, kind) for name, table in _load(path).items()}


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CaptureError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CaptureError(f"{path}: is not TOML ({error})") from None


def _convert(path: Path, content: Any, kind: type[_Config]) -> _Config:
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        complaint, _, where = str(error).partition(" - at `$")
        where = where.rstrip("`").lstrip(".")
        place = f"{where}: " if where else ""
        raise CaptureError(f"{path}: {place}{complaint}; {remedy(kind, content, where, complaint)}") from None
