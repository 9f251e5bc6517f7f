"""The root of every error that a user can cause.

Each package grows its own small branch from here (`CaptureError`, `CalibrationError`, ...).  The command line
catches the root, prints the message as one line and exits with code 2, so a message must stand alone: it names the
thing, the value, the valid choices and the remedy.
"""


class InputError(Exception):
    """What the user gave cannot be used as it is."""


class GeometryError(InputError):
    """A camera, rig or transform is not a possible one."""
