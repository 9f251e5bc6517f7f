"""Who acts on Ctrl-C."""

import signal


def leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal; only the one that started the others should act on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
