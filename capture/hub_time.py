"""The hub's time on a node: asks for it over the wire and translates the node's times."""

import threading
import time
from collections.abc import Callable

from capture.clock import ClockEstimator, Exchange
from capture.errors import CaptureError
from capture.keys import NodeKeys
from capture.messages import ClockReply, ClockRequest, ClockStatus
from capture.steady_clock import SteadyClock
from capture.transport import Asker
from capture.wire import decode, encode

_PPM = 1e-6


class HubTime:
    """Keeps a node's clock related to the hub's.

    One thread calls `ask_and_listen` again and again; any thread may translate.

    Parameters
    ----------
    node : name under which to ask
    address : of the hub's `ClockService`
    clock : this node's, the one that stamps frames
    keys : needed for a hub on another machine
    """

    def __init__(self, node: str, address: str, clock: Callable[[], int], keys: NodeKeys | None = None) -> None:
        self._node, self._clock = node, clock
        self._asker = Asker(address, keys)
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._estimator = ClockEstimator()
        self._steady: SteadyClock | None = None
        self._hub_start_ns: int | None = None

    def ask_and_listen(self, seconds: float) -> None:
        """Ask once, and take in the answers of the next `seconds`."""
        self._asker.send(encode(ClockRequest(self._node, self._clock())))
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            content = self._asker.receive(left_s)
            if content is not None:
                self._take(content, self._clock())

    def wait_until_known(self, timeout_s: float) -> bool:
        """Wait until times can be translated."""
        return self._ready.wait(timeout_s)

    def translate(self, node_ns: int) -> tuple[int, int] | None:
        """Hub time of a moment on the node's clock and its standard deviation, ns; None while it is not known."""
        with self._lock:
            return self._steady.translate(node_ns) if self._steady else None

    @property
    def status(self) -> ClockStatus | None:
        """How the clocks relate now, None while it is not known."""
        with self._lock:
            if self._steady is None:
                return None
            now = self._clock()
            estimate = self._estimator.at(now)
            return ClockStatus(
                offset_ns=self._steady.translate(now)[0] - now,
                drift_ppm=estimate.drift / _PPM,
                sd_ns=self._steady.translate(now)[1],
                round_trip_ns=estimate.round_trip_ns,
            )

    def close(self) -> None:
        """Ask no more."""
        self._asker.close()

    def _take(self, content: bytes, received_ns: int) -> None:
        try:
            reply = decode(content)
        except CaptureError:
            return
        if not isinstance(reply, ClockReply):
            return
        with self._lock:
            if reply.hub_start_ns != self._hub_start_ns:
                self._forget(reply.hub_start_ns)
            self._estimator.add(Exchange(reply.request_sent_ns, reply.received_ns, reply.sent_ns, received_ns))
            if self._estimator.ready:
                self._steer(received_ns)

    def _forget(self, hub_start_ns: int) -> None:
        """Another run of the hub has another clock: what was known of the former is void."""
        self._hub_start_ns = hub_start_ns
        self._estimator, self._steady = ClockEstimator(), None
        self._ready.clear()

    def _steer(self, now_ns: int) -> None:
        estimate = self._estimator.at(now_ns)
        if self._steady is None:
            self._steady = SteadyClock(now_ns, estimate)
            self._ready.set()
        self._steady.steer(now_ns, estimate)
