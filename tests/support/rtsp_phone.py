"""A network camera that speaks RTSP: H.264 in RTP packets between the answers of one connection (RFC 2326, 6184)."""

import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np

FPS = 50
SIZE = (64, 48)
_DESCRIPTION = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=phone\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track0\r\n"
)
_ANSWERS = {
    "OPTIONS": ("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", ""),
    "DESCRIBE": ("Content-Type: application/sdp\r\n", _DESCRIPTION),
    "SETUP": ("Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n", ""),
    "PLAY": ("Session: 1\r\n", ""),
}


def pictures() -> Iterator[list[bytes]]:
    """Units (NAL) of one picture after the other, whose grey counts them."""
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = *SIZE, "yuv420p"
    codec.time_base = Fraction(1, FPS)
    codec.options = {"preset": "ultrafast", "tune": "zerolatency", "g": "10"}
    for i in range(10_000):
        grey = np.full((SIZE[1], SIZE[0], 3), 10 + i % 200, np.uint8)
        for packet in codec.encode(av.VideoFrame.from_ndarray(grey, format="bgr24")):
            yield [unit for unit in bytes(packet).replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]


class RtspPhone(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine; hangs up after `frames` pictures."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, frames: int = 10_000) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.frames = frames
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.server_address[1]}/video"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Connection(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        try:
            while (request := self._request()) is not None:
                method, number = request
                headers, body = _ANSWERS.get(method, ("", ""))
                length = f"Content-Length: {len(body)}\r\n" if body else ""
                self.wfile.write(f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{headers}{length}\r\n{body}".encode())
                if method == "PLAY":
                    self._play()
                    return
        except OSError:
            return

    def _request(self) -> tuple[str, str] | None:
        """Method and number of the next request; None at the end."""
        lines: list[str] = []
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        if not lines:
            return None
        number = next(line.partition(":")[2].strip() for line in lines if line.lower().startswith("cseq"))
        return lines[0].split()[0], number

    def _play(self) -> None:
        number = 0
        assert isinstance(self.server, RtspPhone)
        for i, units in zip(range(self.server.frames), pictures(), strict=False):
            for unit in units:
                last = 0x80 if unit is units[-1] else 0
                rtp = struct.pack(">BBHII", 0x80, last | 96, number & 0xFFFF, i * 90_000 // FPS, 1) + unit
                self.wfile.write(b"$\0" + struct.pack(">H", len(rtp)) + rtp)
                number += 1
            time.sleep(1 / FPS)
