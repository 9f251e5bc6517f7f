"""What can go wrong between keypoints and angles."""

from geometry.errors import InputError


class ReconstructError(InputError):
    """Keypoints and rig do not give a body."""
