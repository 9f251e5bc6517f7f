"""Exposure, gain, white balance and focus by hand, each read back: drivers ignore what they do not like."""

from collections.abc import Iterator
from dataclasses import dataclass

from capture.cameras.usb_settings import ExposureSettings
from capture.cameras.v4l2.kernel_interface import Device, video

_CONTROLS = video.ControlID
_MANUAL_EXPOSURE = 1
_PER_MS = 10
"""The kernel counts exposure in units of 100 us."""


@dataclass(frozen=True)
class _Knob:
    """One setting: its control, the automatic that must be off (with the value that means off), and its scale."""

    control: int
    automatic: int
    off: int
    unit: str
    per_unit: int = 1


_KNOBS = {
    "exposure": _Knob(_CONTROLS.EXPOSURE_ABSOLUTE, _CONTROLS.EXPOSURE_AUTO, _MANUAL_EXPOSURE, " ms", _PER_MS),
    "gain": _Knob(_CONTROLS.GAIN, _CONTROLS.AUTOGAIN, 0, ""),
    "white balance": _Knob(_CONTROLS.WHITE_BALANCE_TEMPERATURE, _CONTROLS.AUTO_WHITE_BALANCE, 0, " K"),
    "focus": _Knob(_CONTROLS.FOCUS_ABSOLUTE, _CONTROLS.FOCUS_AUTO, 0, ""),
}


def apply_settings(device: Device, settings: ExposureSettings) -> tuple[str, ...]:
    """Set an open device; returns a line for everything that it did not take as asked."""
    wanted = {
        "exposure": settings.exposure_ms,
        "gain": settings.gain,
        "white balance": settings.white_balance_k,
        "focus": settings.focus,
    }
    return tuple(
        line
        for name, value in wanted.items()
        if value is not None and (line := _turn(device, name, _KNOBS[name], value)) is not None
    )


def keep_the_rate(device: Device) -> None:
    """Forbid the driver to lower the frame rate in dim light, where it knows such a thing."""
    _try_to_set(device, _CONTROLS.EXPOSURE_AUTO_PRIORITY, 0)


def describe_settings(device: Device) -> Iterator[str]:
    """`exposure 4 ms (automatic)` and the like, for every setting that the device has."""
    for name, knob in _KNOBS.items():
        value = _read(device, knob.control)
        if value is not None:
            automatic = _read(device, knob.automatic)
            mode = "" if automatic in (None, knob.off) else " (automatic)"
            yield f"{name} {value / knob.per_unit:g}{knob.unit}{mode}"


def _turn(device: Device, name: str, knob: _Knob, value: float) -> str | None:
    if _read(device, knob.control) is None:
        return f"{name}: this camera has no such setting"
    _try_to_set(device, knob.automatic, knob.off)
    raw = round(value * knob.per_unit)
    _try_to_set(device, knob.control, raw)
    found = _read(device, knob.control)
    if found == raw:
        return None
    is_now = "unknown" if found is None else f"{found / knob.per_unit:g}{knob.unit}"
    return f"{name}: {value:g}{knob.unit} was asked, the camera has {is_now}"


def _read(device: Device, control: int) -> int | None:
    try:
        return int(video.get_control(device, control))
    except OSError:
        return None


def _try_to_set(device: Device, control: int, value: int) -> None:
    """Whether it worked is seen by reading the control again."""
    try:
        video.set_control(device, control, value)
    except OSError:
        return
