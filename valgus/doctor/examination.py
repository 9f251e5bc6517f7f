"""Every check, in the order of the report."""

from collections.abc import Iterator
from importlib.metadata import packages_distributions

from valgus.doctor.finding import Finding
from valgus.doctor.machine import check_cameras, check_curve, check_kernel_cache, check_models, check_timer
from valgus.doctor.software import OWN_PACKAGES, check_extra, check_library, check_own_name, check_python

LIBRARIES = (
    ("numpy", "numpy"),
    ("scipy", "scipy"),
    ("numba", "numba.np.ufunc.omppool"),
    ("opencv-contrib-python", "cv2"),
    ("openvino", "openvino"),
    ("pyzmq", "zmq"),
    ("pyarrow", "pyarrow"),
    ("av", "av"),
)
EXTRAS = (
    ("open3d", "open3d", "viewer", "3-D window"),
    ("pylsl", "pylsl", "stream", "LSL streams"),
    ("ezc3d", "ezc3d", "stream", "C3D files"),
)


def examine() -> Iterator[Finding]:
    """Look at everything; findings come as they are made."""
    yield check_python()
    for distribution, module in LIBRARIES:
        yield check_library(distribution, module)
    for distribution, module, extra, used_for in EXTRAS:
        yield check_extra(distribution, module, extra, used_for)
    providers = packages_distributions()
    for package in OWN_PACKAGES:
        yield check_own_name(package, providers)
    yield check_kernel_cache()
    yield check_curve()
    yield check_models()
    yield check_timer()
    yield check_cameras()
