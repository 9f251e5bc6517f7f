"""In the virtual machine: a USB video class camera that compresses, as the kernel's driver `uvcvideo` expects it.

One size and two rates; exposure and gain can be set.  Frames go over a bulk endpoint, each payload behind a header of
two bytes (USB Device Class Definition for Video Devices 1.1).
"""

import struct
import threading
import time
from collections.abc import Sequence

from tests.hardware.guest.usb_wire import Plug, Setup

SIZE = (640, 360)
INTERVALS = (666_666, 1_000_000)
"""Of 100 ns: 15 and 10 frames a second."""
CARD = "Film camera"
_PAYLOAD = 16_384
_LARGEST_FRAME = SIZE[0] * SIZE[1] * 2
_NEW_FRAME, _LAST, _END_OF_HEADER = 0x01, 0x02, 0x80
_GET_DESCRIPTOR, _SET_CUR = 0x06, 0x01
_GETS = {0x81: "now", 0x82: "min", 0x83: "max", 0x84: "step", 0x85: "length", 0x86: "info", 0x87: "default"}
_FROM_CLASS, _TO_CLASS = 0xA1, 0x21
_PROBE, _COMMIT = 1, 2
_CAMERA, _PROCESSING = 1, 2


def _section(kind: int, *parts: bytes) -> bytes:
    body = bytes([kind]) + b"".join(parts)
    return bytes([len(body) + 1]) + body


def _class_section(subtype: int, layout: str, *values: int | bytes) -> bytes:
    return _section(0x24, bytes([subtype]), struct.pack("<" + layout, *values))


def _control_interface() -> bytes:
    terminals = (
        _class_section(2, "BHBBHHHB3s", _CAMERA, 0x0201, 0, 0, 0, 0, 0, 3, b"\x0a\0\0")
        + _class_section(5, "BBHB2sB", _PROCESSING, _CAMERA, 0, 2, b"\0\x02", 0)
        + _class_section(3, "BHBBB", 3, 0x0101, 0, _PROCESSING, 0)
    )
    head_bytes = 13
    head = _class_section(1, "HHIBB", 0x0100, head_bytes + len(terminals), 48_000_000, 1, 1)
    return _section(4, bytes([0, 0, 0, 0x0E, 1, 0, 0])) + head + terminals


def _streaming_interface() -> bytes:
    width, height = SIZE
    bits = _LARGEST_FRAME * 8
    forms = (
        _class_section(6, "BBBBBBBB", 1, 1, 1, 1, 0, 0, 0, 0)
        + _class_section(
            7, "BBHHIIIIB2I", 1, 0, width, height, 10 * bits, 15 * bits, _LARGEST_FRAME, INTERVALS[0], 2, *INTERVALS
        )
        + _class_section(13, "BBB", 1, 1, 4)
    )
    head_bytes = 14
    head = _class_section(1, "BHBBBBBBBB", 1, head_bytes + len(forms), 0x81, 0, 3, 0, 0, 0, 1, 0)
    endpoint = _section(5, struct.pack("<BBHB", 0x81, 2, 512, 0))
    return _section(4, bytes([1, 0, 1, 0x0E, 2, 0, 0])) + head + forms + endpoint


def _configuration() -> bytes:
    together = _section(11, bytes([0, 2, 0x0E, 3, 0, 0]))
    rest = together + _control_interface() + _streaming_interface()
    return _section(2, struct.pack("<HBBBBB", 9 + len(rest), 2, 1, 0, 0x80, 250)) + rest


_DEVICE = _section(1, struct.pack("<HBBBBHHHBBBB", 0x0200, 0xEF, 2, 1, 64, 0x1209, 0x5750, 0x0100, 1, 2, 3, 1))


class FilmCamera:
    """Plays compressed pictures again and again, from the moment at which it is plugged in.

    Attributes
    ----------
    sent : whole frames that the host has taken
    settings : exposure (100 us) and gain as the host has set them
    """

    def __init__(self, serial: str, pictures: Sequence[bytes], port: int) -> None:
        self._pictures, self._port = pictures, port
        self._strings = ("valgus", CARD, serial)
        self._agreed = struct.pack("<HBBIHHHHHII", 1, 1, 1, INTERVALS[0], 0, 0, 0, 0, 0, _LARGEST_FRAME, _PAYLOAD)
        self.settings = {"exposure": 150, "gain": 30, "automatic": 8}
        self.sent = 0
        self.damage_next = False
        self._plug: Plug | None = None

    def plug_in(self) -> None:
        self._plug = Plug(self, self._port)
        threading.Thread(target=self._play, args=(self._plug,), daemon=True).start()

    def pull_out(self) -> None:
        assert self._plug is not None
        plug, self._plug = self._plug, None
        plug.pull()

    def answer(self, setup: Setup, sent: bytes) -> bytes | None:
        if setup.kind in (_FROM_CLASS, _TO_CLASS):
            return self._class_answer(setup, sent)
        if setup.request == _GET_DESCRIPTOR:
            return self._descriptor(*divmod(setup.value, 256))
        return b"" if setup.kind & 0x80 == 0 else b"\0\0"

    def _descriptor(self, kind: int, number: int) -> bytes | None:
        if kind == 3:
            text = self._strings[number - 1].encode("utf-16-le") if number else struct.pack("<H", 0x0409)
            return _section(3, text)
        return {1: _DEVICE, 2: _configuration()}.get(kind)

    def _class_answer(self, setup: Setup, sent: bytes) -> bytes | None:
        interface, unit = setup.index & 0xFF, setup.index >> 8
        selector = setup.value >> 8
        if interface == 1:
            return self._negotiate(setup.request, sent) if selector in (_PROBE, _COMMIT) else None
        name = {(_CAMERA, 2): "automatic", (_CAMERA, 4): "exposure", (_PROCESSING, 4): "gain"}.get((unit, selector))
        return None if name is None else self._setting(name, setup.request, sent)

    def _negotiate(self, request: int, sent: bytes) -> bytes | None:
        if request == _SET_CUR:
            wanted = struct.unpack_from("<I", sent, 4)[0]
            interval = min(INTERVALS, key=lambda offered: abs(offered - wanted))
            self._agreed = self._agreed[:4] + struct.pack("<I", interval) + self._agreed[8:]
            return b""
        what = _GETS[request]
        return {"length": struct.pack("<H", len(self._agreed)), "info": b"\x03"}.get(what, self._agreed)

    def _setting(self, name: str, request: int, sent: bytes) -> bytes | None:
        layout = {"automatic": "<B", "exposure": "<I", "gain": "<H"}[name]
        if request == _SET_CUR:
            (self.settings[name],) = struct.unpack(layout, sent)
            return b""
        what = _GETS[request]
        if what in ("length", "info"):
            return struct.pack("<H", struct.calcsize(layout)) if what == "length" else b"\x03"
        if name == "automatic":
            return bytes([{"step": 9, "default": 8}.get(what, self.settings[name])])
        limits = {"min": 1, "max": 1000, "step": 1, "default": 100, "now": self.settings[name]}
        return struct.pack(layout, limits[what])

    def _play(self, plug: Plug) -> None:
        frame = 0
        due_s = time.monotonic()
        while self._plug is plug:
            due_s = max(due_s + self._interval_s, time.monotonic())
            time.sleep(max(0.0, due_s - time.monotonic()))
            if plug.streaming:
                self._send(plug, self._pictures[frame % len(self._pictures)], frame & 1)
            frame += 1

    @property
    def _interval_s(self) -> float:
        return struct.unpack_from("<I", self._agreed, 4)[0] * 1e-7

    def _send(self, plug: Plug, picture: bytes, parity: int) -> None:
        if self.damage_next:
            picture, self.damage_next = picture[: len(picture) // 2], False
        room = _PAYLOAD - 2
        parts = [picture[at : at + room] for at in range(0, len(picture), room)]
        for part in parts:
            last = _LAST if part is parts[-1] else 0
            if not plug.send(bytes([2, parity * _NEW_FRAME | last | _END_OF_HEADER]) + part):
                return
        self.sent += 1
