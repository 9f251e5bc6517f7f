"""What a child process finds in its environment and its parent does not."""

import os
from collections.abc import Generator
from contextlib import contextmanager

_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def one_thread_each() -> Generator[None]:
    """Let processes that start meanwhile use one thread each, where the user has not said otherwise.

    The limits are read when a fresh interpreter loads its libraries.  Here they may not stay: numba reads them again
    whenever the environment changes, and refuses another number once its threads run.
    """
    added = [limit for limit in _THREAD_LIMITS if limit not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for limit in added:
            del os.environ[limit]
