"""Configuration from TOML into structs; what does not fit is one line with file, key, value and valid keys."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from capture.errors import CaptureError

_Config = TypeVar("_Config", bound=msgspec.Struct)
_STEP = re.compile(r"\.(\w+)|\[[^]]*\]")


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
        where = where.rstrip("`")
        place = f"{where.lstrip('.')}: " if where else ""
        raise CaptureError(f"{path}: {place}{complaint}; keys here: {', '.join(_keys_at(kind, where))}") from None


def _keys_at(kind: type[msgspec.Struct], where: str) -> list[str]:
    """Keys of the table that holds the value at a path such as `.cameras[...].name`."""
    here: list[inspect.Type] = [inspect.type_info(kind)]
    keys = _fields(here)
    for step in _STEP.finditer(where):
        here = _descend(here, step[1])
        keys = _fields(here) or keys
    return keys


def _fields(types: list[inspect.Type]) -> list[str]:
    names = [
        name
        for kind in types
        if isinstance(kind, inspect.StructType)
        for name in (*([kind.tag_field] if kind.tag_field else []), *(field.encode_name for field in kind.fields))
    ]
    return list(dict.fromkeys(names))


def _descend(types: list[inspect.Type], key: str | None) -> list[inspect.Type]:
    """Types of one key of these tables, or of the items of these lists where there is no key."""
    below: list[inspect.Type] = []
    for kind in types:
        if isinstance(kind, inspect.StructType) and key is not None:
            below += [field.type for field in kind.fields if field.encode_name == key]
        elif isinstance(kind, inspect.ListType) and key is None:
            below.append(kind.item_type)
    return [inner for kind in below for inner in (kind.types if isinstance(kind, inspect.UnionType) else (kind,))]
