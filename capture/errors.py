"""What can go wrong between a lens and the hub."""

from geometry.errors import InputError


class CaptureError(InputError):
    """A camera, detector, keypoint file or message cannot be used."""
