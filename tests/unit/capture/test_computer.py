import time
from pathlib import Path

from capture.computer import CpuMeter, temperature_c


def test_a_busy_core_counts_as_one() -> None:
    meter = CpuMeter()
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert 0.05 < meter.read() < 1.5
    time.sleep(0.05)
    assert meter.read() < 0.9


def test_the_warmest_plausible_sensor_is_told(tmp_path: Path) -> None:
    for name, content in (("0", "41500\n"), ("1", "63000\n"), ("2", "2147483647\n"), ("3", "broken\n")):
        (tmp_path / f"thermal_zone{name}").mkdir()
        (tmp_path / f"thermal_zone{name}" / "temp").write_text(content)
    assert temperature_c(tmp_path) == 63.0
    assert temperature_c(tmp_path / "absent") is None
