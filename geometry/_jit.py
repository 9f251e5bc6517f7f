"""Every compilation option of the project, in one place.

`kernel` compiles array-only functions and keeps the machine code for the next process.  Floating-point rules stay
IEEE apart from fused multiply-add, and from the order of sums in a `summing_kernel`: NaN means "missing" throughout, so
`nnan` must never be allowed.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_cache_path


def _sources_digest() -> str:
    """Digest of every file that a kernel may take code or constants from: this package and the `kernels` folders."""
    here = Path(__file__).parent
    digest = hashlib.sha1(usedforsecurity=False)
    for file in sorted([*here.glob("*.py"), *here.parent.glob("*/kernels/*.py")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


# Numba reads this when it is first imported; compiled kernels outlive the checkout and need no write access to it.
# Numba itself only looks at the file that a kernel stands in, and would keep machine code made from an old version of
# a kernel or constant that it imports: hence one folder per state of the sources.
os.environ.setdefault("NUMBA_CACHE_DIR", str(user_cache_path("valgus", appauthor=False) / "numba" / _sources_digest()))

# Threads that wait for each other sleep instead of spinning: cores are shared with cameras, detectors and viewers, and
# a spinning thread keeps the one that it waits for from its core.  On a busy machine a trial takes half as long.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numba  # noqa: E402

# `workqueue` is not safe when two threads launch kernels at once; OpenMP is.
numba.config.THREADING_LAYER = "omp"  # pyright: ignore[reportPrivateImportUsage, reportAttributeAccessIssue]

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Decorator = Callable[[_Function], _Function]

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract"}}

kernel: _Decorator[Any] = numba.njit(**_OPTIONS)
# Called by other kernels only: without the entry from Python, which takes longer to compile than most kernels.
_INNER: dict[str, Any] = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner_kernel: _Decorator[Any] = numba.njit(**_INNER)
inline_kernel: _Decorator[Any] = numba.njit(**_OPTIONS, forceinline=True)
# For short loops that add up: in any order, so that they are vectorised.
_SUMMING: dict[str, Any] = {**_OPTIONS, "fastmath": {"contract", "reassoc"}, "forceinline": True}
summing_kernel: _Decorator[Any] = numba.njit(**_SUMMING)
parallel_kernel: _Decorator[Any] = numba.njit(**_OPTIONS, parallel=True)
prange = numba.prange
