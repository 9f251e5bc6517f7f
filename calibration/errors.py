"""What can go wrong between a printed board and a rig in metres."""

from geometry.errors import InputError


class CalibrationError(InputError):
    """A board, its sightings, a rig file or a rig cannot be used."""
