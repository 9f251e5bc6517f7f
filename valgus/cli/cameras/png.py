"""A picture as a PNG file, whole or not at all."""

import os
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write a BGR picture; raises OSError where it cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(cv2.imencode(".png", image)[1].tobytes())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
