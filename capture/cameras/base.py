"""What every camera can do."""

from typing import Protocol

from capture.types import Frame


class Camera(Protocol):
    """A source of frames in order of capture, with times on the clock of the computer that reads them."""

    @property
    def name(self) -> str:
        """Name of the camera, as in the rig."""
        ...

    def read(self) -> Frame | None:
        """Wait for the next frame; None when no more will come.

        Raises
        ------
        CaptureError : the camera failed
        """
        ...

    def close(self) -> None:
        """Let go of the device or file."""
        ...
