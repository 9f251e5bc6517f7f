"""What can go wrong between results and other lab software."""

from geometry.errors import InputError


class StreamError(InputError):
    """A result file cannot be read or written, or a stream cannot be opened."""


class NoTrialError(StreamError):
    """A file is sound but holds neither points nor joint angles: ground forces, for instance."""
