"""Text files of other programs, read whole."""

from pathlib import Path

from stream.errors import StreamError

LARGEST_BYTES = 1 << 29


def text_lines(path: Path) -> list[str]:
    """Lines of a text file without their ends; bytes that are not UTF-8 become U+FFFD.

    Raises
    ------
    StreamError : missing, unreadable or larger than 512 MB
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise StreamError(f"{path} is larger than {LARGEST_BYTES >> 20} MB; cut the trial into shorter files")
        return path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    except OSError as error:
        raise StreamError(f"{path} cannot be read: {error.strerror}; check the name") from error
