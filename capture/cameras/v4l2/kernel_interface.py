"""The library that speaks to the kernel; it has no types, so its objects are `Any` from here on."""

from importlib import import_module
from typing import Any

video: Any = import_module("linuxpy.video.device")

Device = Any
"""An open `linuxpy.video.device.Device`."""
