"""Commands typed into the terminal of a session: `start squat 3`, `mark left knee`, `stop`."""

import threading
from collections.abc import Callable, Iterable

from geometry.errors import InputError
from stream.commands.command import Handler, spoken


def obey_typed(lines: Iterable[str], handler: Handler, tell: Callable[[str], None]) -> None:
    """Hand every line that is not empty to the handler, from a thread of its own that ends with the program."""

    def obey() -> None:
        for line in lines:
            if line.strip():
                _obey(line, handler, tell)

    threading.Thread(target=obey, name="valgus typed commands", daemon=True).start()


def _obey(line: str, handler: Handler, tell: Callable[[str], None]) -> None:
    try:
        handler(spoken(line))
    except InputError as refusal:
        tell(str(refusal))
