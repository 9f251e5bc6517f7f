"""Reading and writing rigs by the name of a format, or by what the file looks like."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from calibration.errors import CalibrationError
from calibration.formats import aniposelib, caliscope, easymocap, freemocap, opencap, qualisys, vicon
from geometry.rig import Rig

ReadRig = Callable[[Path, float | None], Rig]
WriteRig = Callable[[Path, Rig], None]


@dataclass(frozen=True)
class Format:
    """How a format is read and, where it can be, written; `suffixes` suggest it for a file to be written."""

    read: ReadRig
    write: WriteRig | None
    suffixes: tuple[str, ...] = ()


def _write_aniposelib(path: Path, rig: Rig) -> None:
    aniposelib.write_rig(path, rig)


FORMATS = {
    "aniposelib": Format(aniposelib.read_rig, _write_aniposelib, (".toml",)),
    "freemocap": Format(freemocap.read_rig, freemocap.write_rig),
    "caliscope": Format(caliscope.read_rig, caliscope.write_rig),
    "qualisys": Format(qualisys.read_rig, qualisys.write_rig, (".txt", ".xml")),
    "vicon": Format(vicon.read_rig, vicon.write_rig, (".xcp",)),
    "easymocap": Format(easymocap.read_rig, easymocap.write_rig, ("",)),
    "opencap": Format(opencap.read_rig, None, (".pickle", ".pkl")),
}


def read_any(path: Path, format_name: str | None = None, metres_per_unit: float | None = None) -> Rig:
    """Rig of a file in any known format; `metres_per_unit` answers the question about an implausible scale."""
    name = recognise(path) if format_name is None else _known(format_name)
    return FORMATS[name].read(path, metres_per_unit)


def write_any(path: Path, rig: Rig, format_name: str | None = None) -> str:
    """Write a rig in the format named, or that the file's ending suggests; returns the format's name."""
    name = _by_ending(path) if format_name is None else _known(format_name)
    write = FORMATS[name].write
    if write is None:
        writable = ", ".join(key for key, known in FORMATS.items() if known.write)
        raise CalibrationError(f"{path}: {name} is read but not written; choose one of {writable}")
    write(path, rig)
    return name


def recognise(path: Path) -> str:
    """Name of the format that a file or folder looks like."""
    if not path.exists():
        raise CalibrationError(f"{path}: does not exist")
    if path.is_dir():
        return _recognise_folder(path)
    suffix = path.suffix.lower()
    if suffix in (".yml", ".yaml"):
        return "easymocap"
    if suffix in (".pickle", ".pkl"):
        return "opencap"
    if suffix == ".toml":
        if caliscope.recognised(path):
            return "caliscope"
        return "freemocap" if freemocap.recognised(path) else "aniposelib"
    if suffix in (".xcp", ".txt", ".xml", ".qca"):
        return "vicon" if vicon.recognised(path) else "qualisys"
    raise CalibrationError(f"{path}: the ending '{path.suffix}' says no format; name it with --from {_choices()}")


def _recognise_folder(folder: Path) -> str:
    if all((folder / name).is_file() for name in easymocap.FILES):
        return "easymocap"
    if opencap.files_of(folder):
        return "opencap"
    raise CalibrationError(f"{folder}: holds neither EasyMocap's intri.yml and extri.yml nor OpenCap's .pickle files")


def _by_ending(path: Path) -> str:
    for name, known in FORMATS.items():
        if path.suffix.lower() in known.suffixes:
            return name
    raise CalibrationError(f"{path}: the ending '{path.suffix}' says no format; name it with --to {_choices()}")


def _known(name: str) -> str:
    if name.lower() not in FORMATS:
        raise CalibrationError(f"format '{name}' is unknown; choose one of {', '.join(FORMATS)}")
    return name.lower()


def _choices() -> str:
    return "|".join(FORMATS)
