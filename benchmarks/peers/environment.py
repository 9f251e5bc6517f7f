"""Environments of their own for other people's software, made once and kept for the next time."""

import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path

CACHE = Path.home() / ".cache" / "valgus"
WITHOUT_DEPENDENCIES = ("pose2sim",)
"""What brings far more than the part that is compared needs; its requirements file lists that part's."""


def environment(name: str, chosen: Sequence[str] = ()) -> Path:
    """Python of an environment that has what `requirements-NAME.txt` lists, in the folder that is chosen, if any."""
    folder = Path(chosen[0]) if chosen else CACHE / f"{name}-peers"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        lines = Path(__file__).with_name(f"requirements-{name}.txt").read_text().splitlines()
        wanted = [line.split("#")[0].strip() for line in lines]
        alone = [package for package in wanted if package.startswith(WITHOUT_DEPENDENCIES)]
        _install(python, [package for package in wanted if package and package not in alone])
        if alone:
            _install(python, ["--no-deps", *alone])
    return python


def _install(python: Path, what: list[str]) -> None:
    subprocess.run([python, "-m", "pip", "install", "--quiet", *what], check=True)
