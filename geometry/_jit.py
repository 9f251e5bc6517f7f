"""Every compilation option of the project, in one place.

`kernel` compiles array-only functions and keeps the machine code for the next process.  Floating-point rules stay
IEEE apart from fused multiply-add: NaN means "missing" throughout, so `nnan` must never be allowed.
"""

import os
from collections.abc import Callable
from typing import Any, TypeVar

from platformdirs import user_cache_path

# Numba reads this when it is first imported; compiled kernels outlive the checkout and need no write access to it.
os.environ.setdefault("NUMBA_CACHE_DIR", str(user_cache_path("valgus", appauthor=False) / "numba"))

import numba

# `workqueue` is not safe when two threads launch kernels at once; OpenMP is.
numba.config.THREADING_LAYER = "omp"  # pyright: ignore[reportPrivateImportUsage, reportAttributeAccessIssue]

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Decorator = Callable[[_Function], _Function]

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract"}}

kernel: _Decorator[Any] = numba.njit(**_OPTIONS)
inline_kernel: _Decorator[Any] = numba.njit(**_OPTIONS, forceinline=True)
parallel_kernel: _Decorator[Any] = numba.njit(**_OPTIONS, parallel=True)
prange = numba.prange
