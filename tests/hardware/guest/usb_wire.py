"""In the virtual machine: USB devices made of a program, plugged into the kernel's USB/IP host controller.

The kernel's part is its own (`vhci_hcd`: enumeration, transfers, unplugging); what a device answers comes from here.
Numbers on this wire are big-endian; see Documentation/usb/usbip_protocol.rst of the kernel.
"""

import errno
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CONTROLLER = Path("/sys/devices/platform/vhci_hcd.0")
HIGH_SPEED = 3
_SUBMIT, _UNLINK, _SUBMITTED, _UNLINKED = 1, 2, 3, 4
_HEAD = struct.Struct(">5I")
_COMMAND = struct.Struct(">IiiiI8s")
_ANSWER = struct.Struct(">iiiii8x")
_UNLINK_BODY, _UNLINK_ANSWER = struct.Struct(">I24x"), struct.Struct(">i24x")


@dataclass(frozen=True)
class Setup:
    """A control request, as in chapter 9 of the USB specification."""

    kind: int
    request: int
    value: int
    index: int
    length: int


class Device(Protocol):
    """What answers control requests."""

    def answer(self, setup: Setup, sent: bytes) -> bytes | None:
        """Data for the host, empty where it only sends; None refuses."""
        ...


class Plug:
    """A device in one port of the controller; `send` feeds its only stream, and waits while the host wants nothing."""

    def __init__(self, device: Device, port: int) -> None:
        self._device = device
        self._socket, kernels = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._wanted: deque[tuple[int, int]] = deque()
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._gone = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        _attach(f"{port} {kernels.fileno()} {port + 1} {HIGH_SPEED}")
        kernels.close()

    @property
    def streaming(self) -> bool:
        """Whether the host waits for data."""
        return bool(self._wanted)

    def send(self, data: bytes) -> bool:
        """Complete the host's oldest wish for data; False when there is none for a second, or the plug is out."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._wanted) or self._gone, 1.0) or self._gone:
                return False
            number, room = self._wanted.popleft()
        assert len(data) <= room
        self._reply(_SUBMITTED, number, _ANSWER.pack(0, len(data), 0, 0, 0), data)
        return True

    def pull(self) -> None:
        """Pull the plug, as a person would."""
        self._gone = True
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        try:
            while True:
                self._take(*_HEAD.unpack(self._read(_HEAD.size)))
        except OSError:
            with self._changed:
                self._gone = True
                self._changed.notify_all()

    def _take(self, command: int, number: int, _device: int, to_host: int, endpoint: int) -> None:
        if command == _UNLINK:
            (victim,) = _UNLINK_BODY.unpack(self._read(_UNLINK_BODY.size))
            self._forget(number, victim)
            return
        _, length, _, _, _, setup = _COMMAND.unpack(self._read(_COMMAND.size))
        sent = b"" if to_host else self._read(length)
        if endpoint == 0:
            self._control(number, Setup(*struct.unpack("<BBHHH", setup)), sent)
            return
        with self._changed:
            self._wanted.append((number, length))
            self._changed.notify_all()

    def _forget(self, number: int, victim: int) -> None:
        with self._changed:
            known = [wish for wish in self._wanted if wish[0] == victim]
            for wish in known:
                self._wanted.remove(wish)
        self._reply(_UNLINKED, number, _UNLINK_ANSWER.pack(-errno.ECONNRESET if known else 0))

    def _control(self, number: int, setup: Setup, sent: bytes) -> None:
        answer = self._device.answer(setup, sent)
        if answer is None:
            self._reply(_SUBMITTED, number, _ANSWER.pack(-errno.EPIPE, 0, 0, 0, 0))
        else:
            to_host = answer[: setup.length]
            self._reply(_SUBMITTED, number, _ANSWER.pack(0, len(to_host) or len(sent), 0, 0, 0), to_host)

    def _reply(self, command: int, number: int, body: bytes, data: bytes = b"") -> None:
        with self._sending:
            self._socket.sendall(_HEAD.pack(command, number, 0, 0, 0) + body + data)

    def _read(self, count: int) -> bytes:
        content = bytearray()
        while len(content) < count:
            part = self._socket.recv(count - len(content))
            if not part:
                raise OSError("the host has let go")
            content += part
        return bytes(content)


def _attach(words: str) -> None:
    """A port takes a moment to be free again after its plug was pulled."""
    for _ in range(100):
        try:
            (CONTROLLER / "attach").write_text(words)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"the controller does not take the device: {words}")
