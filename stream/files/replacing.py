"""Files and folders that appear whole or not at all."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from stream.errors import StreamError


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Temporary path beside `path` to write to; it takes the place of `path` once the block has ended well.

    Raises
    ------
    StreamError : the file system refuses
    """
    temporary = path.with_name(f".partial-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def filling(folder: Path) -> Generator[Path]:
    """Temporary folder beside `folder`; its files move there, replacing those of the same name, after a good end.

    Raises
    ------
    StreamError : the file system refuses
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _refused(folder, error) from error
    try:
        yield temporary
        folder.mkdir(exist_ok=True)
        for file in sorted(temporary.iterdir()):
            file.replace(folder / file.name)
    except OSError as error:
        raise _refused(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _refused(path: Path, error: OSError) -> StreamError:
    return StreamError(
        f"{path} cannot be written: {error.strerror or error}; choose a folder with space and write permission"
    )
