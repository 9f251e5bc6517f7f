"""A folder of pictures as one camera's footage."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from calibration.errors import CalibrationError
from calibration.footage.clips import Picture


@dataclass(frozen=True)
class PictureClip:
    """A folder of pictures, numbered by the last number in each file name."""

    name: str
    path: Path
    files: tuple[Path, ...]

    def numbers(self) -> list[int]:
        """Numbers in the file names, or 0, 1, 2 ... where a name has none or two share one."""
        return [number for number, _ in self._numbered()]

    def pictures(self, wanted: Set[int]) -> Iterator[Picture]:
        """The pictures whose numbers are wanted, ascending."""
        for number, file in self._numbered():
            if number not in wanted:
                continue
            gray = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
            if gray is None:
                raise CalibrationError(f"{file}: cannot be read as a picture; replace or remove it")
            yield Picture(number, float("nan"), np.asarray(gray, dtype=np.uint8))

    def _numbered(self) -> list[tuple[int, Path]]:
        found = [re.findall(r"\d+", file.stem) for file in self.files]
        numbers = [int(digits[-1]) if digits else -1 for digits in found]
        if -1 in numbers or len(set(numbers)) < len(numbers):
            return list(enumerate(self.files))
        return sorted(zip(numbers, self.files, strict=True))
