"""The first lines that run in a process of ours."""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from geometry.errors import InputError

_BAD_INPUT, _INTERNAL_ERROR, _ORPHANED = 2, 70, 71


@dataclass(frozen=True)
class Trouble:
    """Why a process ended before its time, one line."""

    message: str


def act(target: Callable[..., None], arguments: dict[str, Any], parent: Connection) -> None:
    """Call `target(**arguments, parent=parent)`; what goes wrong is told to the parent and ends the process.

    Ctrl-C reaches every process of a terminal; only the one that started the others acts on it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="valgus parent watch", daemon=True).start()
    try:
        target(**arguments, parent=parent)
    except InputError as error:
        parent.send(Trouble(str(error)))
        raise SystemExit(_BAD_INPUT) from None
    except Exception as error:
        if os.environ.get("VALGUS_DEBUG") == "1":
            raise
        parent.send(Trouble(f"{type(error).__name__}: {error}"))
        raise SystemExit(_INTERNAL_ERROR) from None


def _end_with_parent() -> None:
    """A parent that is killed cannot close its windows and nodes any more."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(_ORPHANED)
