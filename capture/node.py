"""The process beside the cameras: every camera of one computer, and signs of life for the hub."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from capture.camera_worker import CameraWorker, LiveWorker, LockStepWorker, Station
from capture.computer import CpuMeter, temperature_c
from capture.hub_addresses import HubAddresses
from capture.hub_time import HubTime
from capture.keypoint_sender import RecordedTime
from capture.messages import ClockStatus, Heartbeat
from capture.transport import Outbox
from capture.wire import encode

HEARTBEAT_S = 0.2
_FIRST_ASKS, _FIRST_ASK_S, _ASK_S = 16, 0.01, 0.1


class StopSign(Protocol):
    """An event of threading or multiprocessing."""

    def is_set(self) -> bool:
        """Whether it is time to stop."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for it."""
        ...


def run_live_node(
    name: str,
    hub: HubAddresses,
    stations: Sequence[Station],
    stop: StopSign,
    clock: Callable[[], int] = time.monotonic_ns,
) -> None:
    """Publish what live cameras see, until they end or `stop` is set.

    Parameters
    ----------
    name : of the node
    hub : where to publish and whose clock to follow
    stations : cameras with their detectors; frames are stamped by `clock`
    stop : ends the node early
    clock : this node's, ns

    Raises
    ------
    CaptureError : an address cannot be used; or a camera failed, after the others have ended
    """
    times = HubTime(name, hub.clock, clock, hub.keys)
    workers = [LiveWorker(name, station, hub, times) for station in stations]

    def follow_the_clock() -> ClockStatus | None:
        times.ask_and_listen(_ASK_S)
        times.ask_and_listen(HEARTBEAT_S - _ASK_S)
        return times.status

    try:
        for _ in range(_FIRST_ASKS):
            times.ask_and_listen(_FIRST_ASK_S)
        _supervise(name, hub, workers, stop, follow_the_clock)
    finally:
        times.close()


def run_lock_step_node(name: str, hub: HubAddresses, stations: Sequence[Station], stop: StopSign) -> None:
    """Publish every frame of recordings with the time that the recording gives it; as `run_live_node`."""
    workers = [LockStepWorker(name, station, hub, RecordedTime()) for station in stations]

    def pass_the_time() -> None:
        stop.wait(HEARTBEAT_S)

    _supervise(name, hub, workers, stop, pass_the_time)


def _supervise(
    name: str,
    hub: HubAddresses,
    workers: Sequence[CameraWorker],
    stop: StopSign,
    spend_a_beat: Callable[[], ClockStatus | None],
) -> None:
    """Run the workers, with a heartbeat every time that `spend_a_beat` returns."""
    beats = 0
    clock: ClockStatus | None = None
    cpu = CpuMeter()

    def heartbeat() -> bytes:
        statuses = [worker.status for worker in workers]
        return encode(Heartbeat(name, beats, clock, statuses, cpu.read(), temperature_c()))

    with Outbox(hub.messages, hub.keys) as outbox:
        for worker in workers:
            worker.start()
        try:
            while any(worker.running for worker in workers) and not stop.is_set():
                outbox.send(heartbeat())
                beats += 1
                clock = spend_a_beat()
        finally:
            _finish(workers)
        outbox.send(heartbeat())
    for worker in workers:
        if worker.error is not None:
            raise worker.error


def _finish(workers: Sequence[CameraWorker]) -> None:
    for worker in workers:
        worker.stop()
    for worker in workers:
        worker.join()
