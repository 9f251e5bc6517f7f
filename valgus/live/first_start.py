"""The first start on a machine compiles every kernel: on two cores, and saying how far it is.

Compiled code is kept on the disk, where the two processes find each other's work.  Later starts find it all.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from valgus.live import rehearsal

_TELL_EVERY_S = 10.0
_LAST_TO_COMPILE = "live_filter.update"
_ANYTHING = "*/*.nbc"


@contextmanager
def compiling_together(tell: Callable[[str], None]) -> Generator[Callable[[], None]]:
    """Within it a helper compiles what follows a body, unless that was compiled before.

    Yields what waits for the helper; `tell` hears every ten seconds how far it is.
    """
    cache = Path(os.environ["NUMBA_CACHE_DIR"])  # set by the kernels' own package, which `rehearsal` has imported
    if not is_first_start(_LAST_TO_COMPILE):
        yield _no_wait
        return
    with ExitStack() as closing:
        helper = subprocess.Popen([sys.executable, "-m", rehearsal.__name__], stderr=subprocess.DEVNULL)
        closing.callback(helper.wait)
        closing.callback(helper.kill)
        done = threading.Event()
        reporter = threading.Thread(target=_report, args=(cache, tell, done), name="valgus compiling", daemon=True)
        reporter.start()
        closing.callback(reporter.join)
        closing.callback(done.set)
        yield lambda: _wait_for(helper)


def is_first_start(last_kernel: str) -> bool:
    """Whether nothing has compiled this kernel, `module.function`, on this machine yet."""
    return not any(Path(os.environ["NUMBA_CACHE_DIR"]).glob(f"*/{last_kernel}-*.nbc"))


def _no_wait() -> None:
    pass


def _wait_for(helper: subprocess.Popen[bytes]) -> None:
    helper.wait()


def _report(cache: Path, tell: Callable[[str], None], done: threading.Event) -> None:
    seconds = 0.0
    while not done.wait(_TELL_EVERY_S):
        seconds += _TELL_EVERY_S
        count = len(list(cache.glob(_ANYTHING)))
        tell(f"compiling for this machine, only this once: {count} kernels after {seconds:g} s")
