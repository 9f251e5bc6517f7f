"""Weights of the networks: which files a model needs, and the cache that holds them.

A file counts only with the checksum that is written here, when it is stored and again whenever it is used.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from capture.errors import CaptureError


@dataclass(frozen=True)
class WeightFile:
    """One file in the cache; `sha256` lists the checksums under which the same network is published."""

    file_name: str
    sha256: tuple[str, ...]

    @property
    def cached_path(self) -> Path:
        """Where the file is, or would be."""
        return cache_folder() / self.file_name

    @property
    def intact(self) -> bool:
        """Whether the cache holds the file, whole."""
        return self.cached_path.is_file() and checksum(self.cached_path.read_bytes()) in self.sha256


@dataclass(frozen=True)
class Model:
    """A detector that can be asked for by name."""

    name: str
    purpose: str
    files: tuple[WeightFile, ...]

    @property
    def lacking(self) -> "tuple[WeightFile, ...]":
        """Files that the cache does not hold, or holds damaged."""
        return tuple(file for file in self.files if not file.intact)


PERSON_DETECTOR = WeightFile(
    "pose_detection.tflite",
    (
        "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    ),
)
LITE = WeightFile("pose_landmark_lite.tflite", ("f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",))
FULL = WeightFile("pose_landmark_full.tflite", ("e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",))
HEAVY = WeightFile("pose_landmark_heavy.tflite", ("59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",))

MODELS = {
    model.name: model
    for model in (
        Model("blazepose-lite", "fastest; swaps legs in frontal views", (PERSON_DETECTOR, LITE)),
        Model("blazepose-full", "a third of heavy's time; swaps legs now and then", (PERSON_DETECTOR, FULL)),
        Model("blazepose-heavy", "the default; keeps left and right apart", (PERSON_DETECTOR, HEAVY)),
    )
}


def cache_folder() -> Path:
    """Folder of the user's cache that holds weights."""
    return user_cache_path("valgus", appauthor=False) / "models"


def model(name: str) -> Model:
    """Return the model of this name; raises CaptureError with the choices."""
    try:
        return MODELS[name]
    except KeyError:
        raise CaptureError(f"model '{name}' is unknown; choose one of {', '.join(MODELS)}") from None


def require(name: str) -> dict[WeightFile, Path]:
    """Paths of a model's files, checked; raises CaptureError where one is missing or damaged."""
    wanted = model(name)
    if lacking := wanted.lacking:
        state = "is damaged (wrong checksum)" if lacking[0].cached_path.exists() else "is not on this machine yet"
        raise CaptureError(f"{lacking[0].cached_path} of {name} {state}; run 'valgus models get {name}'")
    return {file: file.cached_path for file in wanted.files}


def store(file: WeightFile, content: bytes) -> Path:
    """Put a file into the cache, whole or not at all; raises CaptureError when it is not the file it should be."""
    found = checksum(content)
    if found not in file.sha256:
        raise CaptureError(
            f"{file.file_name}: checksum {found[:12]} where {file.sha256[0][:12]} is expected; "
            "it is damaged or another version"
        )
    file.cached_path.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.cached_path.with_name(f".{file.file_name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(file.cached_path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CaptureError(f"{file.cached_path}: cannot be written ({error.strerror})") from None
    return file.cached_path


def checksum(content: bytes) -> str:
    """Return the SHA-256 of some bytes, as it is written in the tables above."""
    return hashlib.sha256(content).hexdigest()
