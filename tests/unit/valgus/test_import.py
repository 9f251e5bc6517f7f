"""Importing the product costs next to nothing."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys, time
start = time.perf_counter()
import {module}
seconds = time.perf_counter() - start
print(json.dumps([seconds, sorted({{"open3d", "numba", "cv2", "openvino", "pyarrow"}} & set(sys.modules))]))
"""


def seconds_and_heavy_modules(module: str) -> tuple[float, list[str]]:
    shown = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module=module)], capture_output=True, text=True, check=True, timeout=60
    )
    seconds, heavy = json.loads(shown.stdout)
    return seconds, heavy


def test_import_valgus_is_quick_and_light() -> None:
    runs = [seconds_and_heavy_modules("valgus") for _ in range(3)]
    assert min(seconds for seconds, _ in runs) <= 0.3
    assert all(heavy == [] for _, heavy in runs)


@pytest.mark.parametrize("module", ["valgus.cli.main", "capture", "calibration", "reconstruct", "viewer", "stream"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    assert seconds_and_heavy_modules(module)[1] == []
