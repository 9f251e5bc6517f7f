"""How hard this computer works."""

import time
from pathlib import Path

_THERMAL = Path("/sys/class/thermal")
_PLAUSIBLE_C = (-30.0, 150.0)


class CpuMeter:
    """Processor cores that this process used since it was read last."""

    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.monotonic(), time.process_time()

    def read(self) -> float:
        """Cores in use: 1.5 is one and a half."""
        wall_s, cpu_s = time.monotonic(), time.process_time()
        used, passed = cpu_s - self._cpu_s, wall_s - self._wall_s
        self._wall_s, self._cpu_s = wall_s, cpu_s
        return used / passed if passed > 0 else 0.0


def temperature_c(folder: Path = _THERMAL) -> float | None:
    """Warmest sensor in degrees Celsius, None where the system has none (Linux only)."""
    readings: list[float] = []
    for sensor in folder.glob("thermal_zone*/temp"):
        try:
            readings.append(int(sensor.read_text()) / 1000)
        except (OSError, ValueError):
            continue
    return max((reading for reading in readings if _PLAUSIBLE_C[0] < reading < _PLAUSIBLE_C[1]), default=None)
