"""Cameras that deliver over HTTP or RTSP: phones, and network cameras."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import av
from av.error import FFmpegError

from capture.cameras.arrival import ArrivalTimes
from capture.errors import CaptureError
from capture.pictures import Image, Picture, read_jpeg
from capture.types import Frame

SCHEMES = ("http", "https", "rtsp")
_OPEN_S, _SILENCE_S, _WAITED_S = 5.0, 2.0, 0.003
_OPTIONS = {"fflags": "nobuffer", "flags": "low_delay", "rtsp_transport": "tcp", "probesize": "500000"}


class NetworkCamera:
    """Frames as they arrive: a network stream's own times are relative and of nobody's clock.

    JPEG streams keep their pictures as they were compressed; others are decoded.

    Raises
    ------
    CaptureError : the address is none, or nothing is there
    """

    def __init__(self, name: str, url: str) -> None:
        if urlsplit(url).scheme not in SCHEMES:
            raise CaptureError(f"camera '{name}': url '{url}' begins with none of {', '.join(SCHEMES)}")
        self._name, self._arrivals = name, ArrivalTimes()
        self._index = 0
        try:
            self._container: Any = av.open(url, options=_OPTIONS, timeout=(_OPEN_S, _SILENCE_S))
        except (OSError, FFmpegError) as error:
            raise CaptureError(f"camera '{name}': {url} cannot be opened ({error.strerror or error})") from None
        if not self._container.streams.video:
            self._container.close()
            raise CaptureError(f"camera '{name}': {url} delivers no video")
        self._pictures = self._receive()
        self._begun = False

    @property
    def name(self) -> str:
        """Name of the camera."""
        return self._name

    def read(self) -> Frame | None:
        """Wait for the next frame; raises CaptureError when the stream breaks off, which live ones never do by plan."""
        if not self._begun:
            self._skip_the_backlog()
        picture = next(self._pictures, None)
        if picture is None:
            raise CaptureError(f"camera '{self._name}': the stream has ended")
        now_ns = time.monotonic_ns()
        self._index += 1
        return Frame(self._name, self._index - 1, now_ns, self._arrivals.arrived(now_ns), picture)

    def close(self) -> None:
        """Disconnect."""
        self._container.close()

    def _skip_the_backlog(self) -> None:
        """Leave out what was buffered while nobody read: it is older than its arrival."""
        self._begun = True
        begin_s = before_s = time.monotonic()
        while next(self._pictures, None) is not None:
            now_s = time.monotonic()
            if now_s - before_s > _WAITED_S or now_s - begin_s > _SILENCE_S:
                return
            before_s = now_s

    def _receive(self) -> Iterator[Image | Picture]:
        stream = self._container.streams.video[0]
        compressed = stream.codec_context.name == "mjpeg"
        try:
            for packet in self._container.demux(stream):
                if not compressed:
                    yield from (frame.to_ndarray(format="bgr24") for frame in packet.decode())
                elif (picture := read_jpeg(bytes(packet))) is not None:
                    yield picture
        except (OSError, FFmpegError) as error:
            reason = error.strerror or type(error).__name__
            raise CaptureError(f"camera '{self._name}': the connection broke ({reason})") from None
