"""Cameras, clocks, sockets and caches of this machine."""

import os
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from valgus.doctor.finding import Finding, absent, bad, good

_SLEEP_S, _SLEEPS, _LONGEST_S = 0.001, 20, 0.005


def check_cameras(devices: Path = Path("/dev")) -> Finding:
    """Video devices; elsewhere than on Linux they are found only by opening them."""
    if sys.platform != "linux":
        return absent("cameras", "not looked for on this system", "see whether the system's camera program finds them")
    found = sorted(path.name for path in devices.glob("video[0-9]*"))
    if not found:
        return absent("cameras", "none found", "plug one in; without cameras `valgus demo` and recordings still work")
    return good("cameras", ", ".join(found))


def check_kernel_cache() -> Finding:
    """Compiled kernels must be kept, or every start compiles them again."""
    import_module("geometry._jit")  # chooses the folder unless the user has
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    remedy = "set NUMBA_CACHE_DIR to a folder that you may write to"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return good("kernel cache", str(folder))
    except OSError as error:
        return bad("kernel cache", f"{folder} cannot be written ({error.strerror})", remedy)


def check_curve() -> Finding:
    """Encrypted sockets between computers."""
    import zmq

    if zmq.has("curve"):
        return good("ZeroMQ CURVE", f"available (libzmq {zmq.zmq_version()})")
    return bad(
        "ZeroMQ CURVE", "missing from this libzmq", "install the pyzmq wheel: pip install --force-reinstall pyzmq"
    )


def check_models() -> Finding:
    """Weights of the pose networks, fetched once."""
    from capture.detectors.weights import MODELS

    cached = [name for name, model in MODELS.items() if not model.lacking]
    if not cached:
        return absent("models", "no detector's weights are here", "run: valgus models get blazepose-heavy")
    return good("models", ", ".join(cached))


def check_timer() -> Finding:
    """Frames are timed by the monotonic clock and paced by short sleeps."""
    resolution_us = 1e6 * time.get_clock_info("monotonic").resolution
    slept_s = sorted(_sleep() for _ in range(_SLEEPS))[_SLEEPS // 2]
    found = f"clock step {resolution_us:.3g} us, a sleep of 1 ms takes {1e3 * slept_s:.2f} ms"
    if resolution_us <= 1.0 and slept_s < _LONGEST_S:
        return good("timer", found)
    return bad("timer", found, "close what keeps the machine busy; on Windows use Windows 10 version 2004 or later")


def _sleep() -> float:
    start = time.perf_counter()
    time.sleep(_SLEEP_S)
    return time.perf_counter() - start
