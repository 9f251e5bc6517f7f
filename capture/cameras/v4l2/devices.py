"""Which cameras are plugged in, under names that survive unplugging and restarts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from capture.camera_match import natural_key
from capture.cameras.v4l2.kernel_interface import video
from capture.errors import CaptureError

DEV = Path("/dev")
SYS = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class VideoDevice:
    """One camera as the kernel knows it.

    Attributes
    ----------
    path : its file of today, such as /dev/video2
    card, driver : what it calls itself, and who drives it
    bus : the port it is plugged into; a number is added where one device delivers several pictures
    serial : `vendor:product:serial` of a USB camera that has a serial number, else None
    """

    path: Path
    card: str
    driver: str
    bus: str
    serial: str | None

    @property
    def names(self) -> frozenset[str]:
        """Everything that the device answers to."""
        number = self.path.name.removeprefix("video")
        return frozenset(filter(None, (str(self.path), self.path.name, number, self.bus, self.serial)))


def list_devices(dev: Path = DEV, sys: Path = SYS) -> list[VideoDevice]:
    """Devices that deliver pictures, in the order of their files; those of which the user may not know are left out."""
    paths = sorted(dev.glob("video[0-9]*"), key=lambda path: natural_key(path.name))
    return [device for path in paths if (device := _examine(path, sys)) is not None]


def identity(device: VideoDevice, devices: Sequence[VideoDevice]) -> str:
    """Name for a configuration: the serial number where no other camera has the same, else the port."""
    same = [other for other in devices if other.serial == device.serial]
    return device.serial if device.serial is not None and len(same) == 1 else device.bus


def find_device(wanted: str, devices: Sequence[VideoDevice]) -> VideoDevice:
    """Device of this serial number, port, path or number.

    Raises
    ------
    CaptureError : none is, or several are
    """
    found = [device for device in devices if wanted in device.names]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"'{identity(device, devices)}' ({device.card})" for device in found or devices)
    if found:
        raise CaptureError(f"camera '{wanted}': {len(found)} devices answer to that name; choose one of {known}")
    raise CaptureError(f"camera '{wanted}': is not plugged in; here are {known or 'none'}")


def _examine(path: Path, sys: Path) -> VideoDevice | None:
    try:
        with video.Device(path) as device:
            if video.Capability.VIDEO_CAPTURE not in device.info.device_capabilities:
                return None
            card, driver, bus = device.info.card, device.info.driver, device.info.bus_info
    except OSError:
        return None
    place = _text(sys / path.name / "index")
    bus = f"{bus}#{place}" if place not in (None, "0") and driver == "uvcvideo" else bus
    return VideoDevice(path, card, driver, bus, _serial(sys / path.name / "device"))


def _serial(interface: Path) -> str | None:
    """`vendor:product:serial` of the USB device whose interface this is."""
    usb = interface.resolve().parent
    parts = [_text(usb / name) for name in ("idVendor", "idProduct", "serial")]
    known = [part for part in parts if part]
    return ":".join(known) if len(known) == len(parts) else None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
