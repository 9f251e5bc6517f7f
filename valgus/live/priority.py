"""The hub's thread goes before others: those of its own process, and of its computer where the system allows that."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

_NICENESS = -10
_SWITCH_S = 0.0005
"""How long another thread may keep the interpreter from one that comes back from compiled code: Python's own 5 ms is
more than a whole estimate takes."""


@contextmanager
def going_first() -> Generator[None]:
    """What the calling thread does meanwhile is done before what others do."""
    switch_s = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    before = _niceness(_NICENESS)
    try:
        yield
    finally:
        sys.setswitchinterval(switch_s)
        if before is not None:
            _niceness(before)


def _niceness(niceness: int) -> int | None:
    """Set the calling thread's niceness; the one before, None where that is not allowed or not known."""
    if not hasattr(os, "setpriority"):
        return None
    before = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    except PermissionError:
        return None
    return before
