"""What can go wrong between a result and a person's eyes."""

from geometry.errors import InputError


class ViewerError(InputError):
    """There is nothing to show, or nowhere to show it."""
