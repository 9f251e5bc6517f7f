"""Python, the libraries, and whether our package names are really ours."""

import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from valgus.doctor.finding import Finding, absent, bad, good

OWN_PACKAGES = (
    *("analysis", "calibration", "capture", "configs", "geometry"),
    *("reconstruct", "stream", "valgus", "viewer"),
)
_IMPORT_SECONDS = 60.0
_REINSTALL = "install valgus again: make venv, or pip install --force-reinstall valgus"
_SYSTEM_LIBRARIES = "install the system packages: tools/system-packages.sh"


def check_python() -> Finding:
    """Python must be one that the dependencies exist for."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    if (3, 11) <= sys.version_info < (3, 14):
        return good("Python", found)
    return bad("Python", found, "use Python 3.11, 3.12 or 3.13")


def check_library(distribution: str, module: str) -> Finding:
    """A library that nothing works without, imported in a process of its own."""
    installed = _installed_version(distribution)
    if installed is None:
        return bad(distribution, "not installed", _REINSTALL)
    if complaint := _import_complaint(module):
        return bad(distribution, f"{installed} does not load ({complaint})", f"{_REINSTALL}; or {_SYSTEM_LIBRARIES}")
    return good(distribution, installed)


def check_extra(distribution: str, module: str, extra: str, used_for: str) -> Finding:
    """A library that only some of what valgus does needs."""
    if _installed_version(distribution) is None:
        return absent(distribution, f"not installed, so no {used_for}", f"pip install 'valgus[{extra}]'")
    return check_library(distribution, module)


def check_own_name(package: str, providers: Mapping[str, list[str]]) -> Finding:
    """Another distribution with a package of the same name would be imported in place of ours."""
    subject = f"package name '{package}'"
    others = sorted(set(providers.get(package, [])) - {"valgus"})
    if others:
        return bad(
            subject, f"also installed by {', '.join(others)}", "give valgus an environment of its own: make venv"
        )
    found = _folder(package)
    if found != _folder("valgus"):
        return bad(subject, f"found in {found}", f"rename or leave that folder; ours is in {_folder('valgus')}")
    return good(subject, "ours")


def _folder(package: str) -> Path | None:
    """Folder that holds the package that an import would take."""
    spec = find_spec(package)
    if spec is None:
        return None
    places = list(spec.submodule_search_locations or [])
    return Path(places[0]).resolve().parent if places else Path(str(spec.origin)).resolve().parent


def _installed_version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _import_complaint(module: str) -> str:
    """Last line of what goes wrong on import; empty when nothing does."""
    try:
        program = [sys.executable, "-c", f"import {module}"]
        done = subprocess.run(program, capture_output=True, text=True, timeout=_IMPORT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {_IMPORT_SECONDS:.0f} s"
    lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return "" if done.returncode == 0 else lines[-1]
