"""Which moments of a run the machine had to itself: a virtual one is at times not let onto its cores."""

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_STAT = Path("/proc/stat")
_LOOK_S = 0.25


class StolenTime:
    """Looks now and then how much time has been stolen; on systems that do not tell, none is."""

    def __init__(self) -> None:
        self._looked_s: list[float] = []
        self._stolen: list[int] = []

    def look(self) -> None:
        """To be called often; most calls cost nothing."""
        now_s = time.monotonic()
        if not self._looked_s or now_s - self._looked_s[-1] > _LOOK_S:
            self._looked_s.append(now_s)
            self._stolen.append(int(_STAT.read_text().split(maxsplit=9)[8]) if _STAT.exists() else 0)

    def left_alone(self, times_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether nothing was stolen between the two looks around each of these times."""
        after = np.searchsorted(self._looked_s, times_s).clip(1, len(self._looked_s) - 1)
        stolen = np.array(self._stolen)
        return stolen[after] == stolen[after - 1]
