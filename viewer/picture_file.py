"""Pictures into files, whole or not at all."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viewer.errors import ViewerError


def require_png(path: Path) -> None:
    """Raise ViewerError where no PNG picture can be put, before anything is drawn."""
    if path.suffix.lower() != ".png":
        raise ViewerError(f"{path}: a snapshot is a PNG picture; give a name that ends with .png")
    if not path.parent.is_dir():
        raise ViewerError(f"{path}: the folder {path.parent} does not exist; make it first")


def write_png(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture (height, width, 3) in red, green, blue under a temporary name, then give it its own.

    Raises
    ------
    ViewerError : the file system refuses
    """
    import cv2

    _, encoded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_bytes(encoded.tobytes())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ViewerError(f"{path}: cannot be written: {error.strerror}") from error
