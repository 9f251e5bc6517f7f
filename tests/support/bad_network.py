"""A TCP relay that is as bad as a network can be.

    bad_network.py PORT HOST HOST_PORT DELAY_MS JITTER_MS LOSS CUT_FILE

Everything arrives DELAY_MS to DELAY_MS + JITTER_MS later, in order; a share LOSS of the pieces needs another 200 ms, as
when TCP sends them again.  While CUT_FILE exists nothing passes and nobody can connect.
"""

import queue
import random
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

_RETRANSMISSION_S = 0.2
_PIECE = 4096


@dataclass(frozen=True)
class Quality:
    delay_s: float
    jitter_s: float
    loss: float
    cut: Path

    def arrival_s(self) -> float:
        lost = random.random() < self.loss
        return time.monotonic() + self.delay_s + random.uniform(0, self.jitter_s) + lost * _RETRANSMISSION_S

    def wait_for_the_line(self) -> None:
        while self.cut.exists():
            time.sleep(0.01)


def pass_on(source: socket.socket, target: socket.socket, quality: Quality) -> None:
    pieces: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

    def deliver() -> None:
        while True:
            due_s, piece = pieces.get()
            time.sleep(max(0.0, due_s - time.monotonic()))
            quality.wait_for_the_line()
            try:
                target.sendall(piece)
            except OSError:
                return
            if not piece:
                target.close()
                return

    threading.Thread(target=deliver, daemon=True).start()
    while True:
        try:
            piece = source.recv(_PIECE)
        except OSError:
            piece = b""
        pieces.put((quality.arrival_s(), piece))
        if not piece:
            return


def main() -> None:
    port, host, host_port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    quality = Quality(float(sys.argv[4]) / 1e3, float(sys.argv[5]) / 1e3, float(sys.argv[6]), Path(sys.argv[7]))
    server = socket.create_server(("127.0.0.1", port))
    print(server.getsockname()[1], flush=True)
    while True:
        near, _ = server.accept()
        quality.wait_for_the_line()
        try:
            far = socket.create_connection((host, host_port))
        except OSError:
            near.close()
            continue
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=pass_on, args=(near, far, quality), daemon=True).start()
        threading.Thread(target=pass_on, args=(far, near, quality), daemon=True).start()


if __name__ == "__main__":
    main()
