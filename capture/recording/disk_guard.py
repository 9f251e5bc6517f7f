"""Whether the disk has room for more."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_GB = 1e9
_CHECK_EVERY_S = 1.0


@dataclass(frozen=True)
class DiskLimits:
    """Free space (bytes) below which a person is warned, and below which recording stops."""

    warn: float = 20 * _GB
    stop: float = 2 * _GB


class DiskGuard:
    """Looks at the free space of a folder's disk once a second, however often it is asked."""

    def __init__(
        self,
        folder: Path,
        limits: DiskLimits,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._folder, self._limits, self._free_bytes = folder, limits, free_bytes
        self._looked_s = float("-inf")
        self._free = float("inf")

    @property
    def must_stop(self) -> bool:
        """Whether recording must stop now."""
        return self._look() < self._limits.stop

    @property
    def notice(self) -> str:
        """One line where space runs short, else empty."""
        free = self._look()
        if free < self._limits.stop:
            return f"{self._folder}: disk full ({free / _GB:.1f} GB left), recording stopped"
        if free < self._limits.warn:
            return f"{self._folder}: only {free / _GB:.1f} GB left, recording stops at {self._limits.stop / _GB:g} GB"
        return ""

    def _look(self) -> float:
        now_s = time.monotonic()
        if now_s - self._looked_s >= _CHECK_EVERY_S:
            self._free, self._looked_s = float(self._free_bytes(self._folder)), now_s
        return self._free
