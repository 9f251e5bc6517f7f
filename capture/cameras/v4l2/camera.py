"""A USB camera as a source of frames with the driver's own times and numbers."""

import errno
import select
import time
from typing import Any, cast

from capture.cameras.arrival import ArrivalTimes
from capture.cameras.usb_settings import ExposureSettings, PictureMode
from capture.cameras.v4l2.controls import apply_settings, keep_the_rate
from capture.cameras.v4l2.devices import find_device, list_devices
from capture.cameras.v4l2.kernel_interface import video
from capture.cameras.v4l2.modes import set_mode
from capture.errors import CaptureError
from capture.pictures import Picture, YuyvPicture, read_jpeg
from capture.types import Frame

_BUFFERS = 4
_SILENCE_S = 1.0
_DRIVER_SD_NS = 500_000
"""The driver stamps in its interrupt; what is the same in every frame is the camera's latency, found by movement."""
_LARGEST_AGE_NS = 10_000_000_000
_CLOCK_MASK = 0xE000


class V4l2Camera:
    """Opens a device and streams from it.

    Frames that arrive damaged are left out.  `Frame.index` is the driver's sequence number: a gap counts frames that
    never arrived whole.

    Parameters
    ----------
    name : as in the rig
    wanted : serial number, port, path or number of the device
    mode, settings : what to ask for

    Attributes
    ----------
    notices : what the camera did not take as asked, one line each

    Raises
    ------
    CaptureError : no such device, it is in use, or it delivers other pictures than asked
    """

    def __init__(self, name: str, wanted: str, mode: PictureMode, settings: ExposureSettings) -> None:
        self._name, self._mode = name, mode
        self._arrivals = ArrivalTimes()
        self._driver_stamps: bool | None = None
        self._device = video.Device(find_device(wanted, list_devices()).path)
        try:
            self.notices = self._prepare(settings)
        except OSError as error:
            self._device.close()
            raise CaptureError(f"camera '{name}': {wanted}: {_explain(error)}") from None
        except CaptureError:
            self._device.close()
            raise

    @property
    def name(self) -> str:
        """Name of the camera."""
        return self._name

    def read(self) -> Frame | None:
        """Wait for the next whole frame; raises CaptureError when the camera is gone or silent."""
        while True:
            frame = self._read_once()
            if frame is not None:
                return frame

    def close(self) -> None:
        """Let go of the device, which may be gone already."""
        try:
            self._stream.close()
        except OSError:
            self._stream.buffer = None
        self._device.close()

    def _prepare(self, settings: ExposureSettings) -> tuple[str, ...]:
        self._device.open()
        self._stride, notices = set_mode(self._device, self._name, self._mode)
        keep_the_rate(self._device)
        notices += apply_settings(self._device, settings)
        self._stream: Any = video.VideoCapture(self._device, size=_BUFFERS)
        self._stream.open()
        return notices

    def _read_once(self) -> Frame | None:
        try:
            ready, _, _ = select.select([self._device], [], [], _SILENCE_S)
            if not ready:
                raise CaptureError(f"camera '{self._name}': no frame for {_SILENCE_S:g} s; is it still plugged in?")
            grabbed = self._stream.buffer.raw_read()
        except OSError as error:
            raise CaptureError(f"camera '{self._name}': {_explain(error)}") from None
        picture = self._picture(grabbed)
        if picture is None:
            return None
        time_ns, sd_ns = self._time_of(grabbed.buff)
        return Frame(self._name, int(grabbed.buff.sequence), time_ns, sd_ns, picture)

    def _picture(self, grabbed: Any) -> Picture | None:
        data = cast("bytes", grabbed.data)
        if grabbed.buff.flags & video.BufferFlag.ERROR:
            return None
        if self._mode.pixel_format == "MJPG":
            picture = read_jpeg(data)
            return picture if picture is not None and picture.size == (self._mode.width, self._mode.height) else None
        whole = len(data) >= self._stride * self._mode.height
        return YuyvPicture(data, (self._mode.width, self._mode.height), self._stride) if whole else None

    def _time_of(self, buffer: Any) -> tuple[int, int]:
        """The driver's time where it uses the clock that we use, else the time of arrival; with its sd, ns.

        The first frame decides for all: a mixture of both would run backwards.
        """
        now_ns = time.monotonic_ns()
        arrival_sd_ns = self._arrivals.arrived(now_ns)
        stamped_ns = buffer.timestamp.secs * 1_000_000_000 + buffer.timestamp.usecs * 1000
        if self._driver_stamps is None:
            monotonic = buffer.flags & _CLOCK_MASK == video.BufferFlag.TIMESTAMP_MONOTONIC
            self._driver_stamps = monotonic and abs(now_ns - stamped_ns) < _LARGEST_AGE_NS
        return (stamped_ns, _DRIVER_SD_NS) if self._driver_stamps else (now_ns, arrival_sd_ns)


def _explain(error: OSError) -> str:
    explanations = {
        errno.EBUSY: "is in use, by another program or under another name in this configuration",
        errno.ENODEV: "was unplugged",
        errno.ENOENT: "was unplugged",
        errno.EACCES: "may not be opened by this user; add the user to the group 'video'",
        errno.ENOSPC: "does not fit on its USB bus beside the others; lower the size or rate, or use another port",
    }
    return explanations.get(error.errno or 0, error.strerror or str(error))
