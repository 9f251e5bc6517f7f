"""The first lines that run in a process of ours."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from geometry.errors import InputError

_BAD_INPUT, _INTERNAL_ERROR = 2, 70


@dataclass(frozen=True)
class Trouble:
    """Why a process ended before its time, one line."""

    message: str


def act(target: Callable[..., None], arguments: dict[str, Any], parent: Connection) -> None:
    """Call `target(**arguments, parent=parent)`; what goes wrong is told to the parent and ends the process.

    Ctrl-C reaches every process of a terminal; only the one that started the others acts on it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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
