"""The doctor finds what is wrong, says what to do about it, and its exit code tells scripts."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from capture.detectors import weights
from valgus.doctor import machine, software
from valgus.doctor.examination import LIBRARIES
from valgus.doctor.finding import Verdict
from valgus.doctor.machine import check_cameras, check_curve, check_kernel_cache, check_models
from valgus.doctor.software import OWN_PACKAGES, check_extra, check_library, check_own_name, check_python


def test_this_environment_is_healthy() -> None:
    providers = packages_distributions()
    names = [check_own_name(package, providers) for package in OWN_PACKAGES]
    findings = [check_python(), check_library("numpy", "numpy"), check_curve(), *names]
    assert [finding for finding in findings if finding.verdict is not Verdict.GOOD] == []


def test_a_missing_library_and_a_missing_extra() -> None:
    missing = check_library("no-such-distribution", "no_such_module")
    assert missing.verdict is Verdict.BAD
    assert "not installed" in str(missing)
    assert "make venv" in missing.remedy
    extra = check_extra("no-such-distribution", "no_such_module", "viewer", "3-D window")
    assert extra.verdict is Verdict.ABSENT
    assert extra.remedy == "pip install 'valgus[viewer]'"


def test_a_library_that_does_not_load_says_why() -> None:
    broken = check_library("numpy", "numpy.no_such_part")
    assert broken.verdict is Verdict.BAD
    assert "No module named 'numpy.no_such_part'" in broken.found
    assert "system-packages.sh" in broken.remedy


def test_another_distribution_with_our_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    intruder = tmp_path / "intruder-1.0.dist-info"
    intruder.mkdir()
    (intruder / "METADATA").write_text("Metadata-Version: 2.1\nName: intruder\nVersion: 1.0\n")
    (intruder / "top_level.txt").write_text("capture\n")
    (intruder / "RECORD").write_text("capture/__init__.py,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    finding = check_own_name("capture", packages_distributions())
    assert finding.verdict is Verdict.BAD
    assert "intruder" in finding.found


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "stream").mkdir()
    (tmp_path / "stream" / "__init__.py").touch()
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    program += "from valgus.doctor.software import check_own_name; print(check_own_name('stream', {}))"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout.startswith("NO  package name 'stream': found in " + str(tmp_path))


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software.sys, "version_info", (3, 10, 9, "final", 0))
    assert str(check_python()) == "NO  Python: 3.10.9 -> use Python 3.11, 3.12 or 3.13"


def test_cameras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.sys, "platform", "linux")
    assert check_cameras(tmp_path).verdict is Verdict.ABSENT
    for name in ("video0", "video12", "videocodec"):
        (tmp_path / name).touch()
    assert check_cameras(tmp_path).found == "video0, video12"


def test_models_that_are_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "cache_folder", lambda: tmp_path)
    content = b"a network"
    file = weights.WeightFile("small.tflite", (weights.checksum(content),))
    monkeypatch.setattr(weights, "MODELS", {"small": weights.Model("small", "tests", (file,))})
    assert check_models().remedy == "run: valgus models get blazepose-heavy"
    file.cached_path.write_bytes(content)
    assert check_models().found == "small"


def test_a_kernel_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    assert check_kernel_cache().verdict is Verdict.GOOD
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert check_kernel_cache().verdict is Verdict.BAD


def test_the_command_reports_every_question_on_a_line() -> None:
    shown = subprocess.run([sys.executable, "-m", "valgus", "doctor"], capture_output=True, text=True, timeout=120)
    assert shown.returncode in (0, 1)
    lines = shown.stdout.splitlines()
    subjects = {line[4:].split(":")[0] for line in lines[:-1]}
    assert {
        "Python",
        *(name for name, _ in LIBRARIES),
        "cameras",
        "timer",
        "models",
        "package name 'capture'",
    } <= subjects
    wrong = [line for line in lines if line.startswith("NO")]
    assert all(" -> " in line for line in wrong)
    assert lines[-1] == ("ready" if shown.returncode == 0 else f"{len(wrong)} to put right")
