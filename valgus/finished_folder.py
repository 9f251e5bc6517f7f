"""Folders that appear with everything in them, or not at all."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from valgus.errors import ValgusError


@contextmanager
def finished_folder(folder: Path) -> Generator[Path]:
    """Temporary folder to fill; its files move into `folder` once the block has ended well.

    An existing folder keeps its other files.

    Raises
    ------
    ValgusError : the place cannot be written
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise ValgusError(f"--out {folder}: {error.strerror}; choose a folder that can be written") from error
    try:
        yield partial
        folder.mkdir(exist_ok=True)
        for file in sorted(partial.iterdir()):
            file.replace(folder / file.name)
    except OSError as error:
        raise ValgusError(f"--out {folder}: {error.strerror}; choose a folder that can be written") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
