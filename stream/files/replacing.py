"""Files that appear whole or not at all."""

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
        raise StreamError(
            f"{path} cannot be written: {error.strerror or error}; choose a folder with space and write permission"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
