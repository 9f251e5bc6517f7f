"""What can go wrong when the parts are put together."""

from geometry.errors import InputError


class ValgusError(InputError):
    """A session, a demonstration or a command cannot go on."""
