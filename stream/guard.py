"""Who may listen and command: this computer without further ado, others only with a secret."""

import hmac
import ipaddress

from stream.errors import StreamError

SHORTEST_TOKEN = 16


def is_loopback(host: str) -> bool:
    """Whether an address to listen on, or of a caller, is this computer alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check_guarded(host: str, token: str | None, what: str) -> None:
    """Refuse to open a door to other computers that asks for no secret.

    Raises
    ------
    StreamError : `host` is not loopback and there is no token of 16 characters or more
    """
    if not is_loopback(host) and (token is None or len(token) < SHORTEST_TOKEN):
        raise StreamError(
            f"{what} on {host} is open to other computers: set a token of at least {SHORTEST_TOKEN} characters, "
            "or listen on 127.0.0.1"
        )


def same_token(given: str | None, expected: str | None) -> bool:
    """Whether a caller knows the token, compared in constant time; no token expected lets everyone in."""
    return expected is None or hmac.compare_digest((given or "").encode(), expected.encode())
