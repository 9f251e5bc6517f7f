"""Recording the cameras of one computer with no hub but the clock that they share."""

import threading
import time
from collections.abc import Callable

import msgspec

from capture.clock_service import ClockService
from capture.errors import CaptureError
from capture.intake import Intake
from capture.messages import CameraStatus, Heartbeat
from capture.node import StopSign
from capture.node_config import HubTable, NodeConfig
from capture.node_start import run_node

_ANYWHERE = "tcp://127.0.0.1:0"
_TELL_EVERY_S, _WAIT_S = 1.0, 0.1


def record_here(config: NodeConfig, stop: StopSign, tell: Callable[[str], None]) -> None:
    """Run a node until its cameras end or `stop` is set, and tell once a second how they are doing.

    Raises
    ------
    CaptureError : the configuration records nothing, or a camera failed
    """
    if config.recording is None:
        raise CaptureError(f"node '{config.name}': has no [recording]; say there in which folder to record")
    intake = Intake(_ANYWHERE)
    with ClockService(_ANYWHERE) as clock:
        here = msgspec.structs.replace(config, hub=HubTable(intake.address, clock.address))
        failures: list[CaptureError] = []
        node = threading.Thread(target=_run, args=(here, stop, failures))
        node.start()
        _listen(intake, node, tell)
        intake.close()
    if failures:
        raise failures[0]


def _run(config: NodeConfig, stop: StopSign, failures: list[CaptureError]) -> None:
    try:
        run_node(config, stop)
    except CaptureError as error:
        failures.append(error)


def _listen(intake: Intake, node: threading.Thread, tell: Callable[[str], None]) -> None:
    last: Heartbeat | None = None
    told_s = time.monotonic()
    while node.is_alive():
        message = intake.receive(_WAIT_S)
        if isinstance(message, Heartbeat):
            last = message
        if last is not None and time.monotonic() - told_s > _TELL_EVERY_S:
            told_s = time.monotonic()
            tell(_line(last))
    while (message := intake.receive(_WAIT_S)) is not None:
        last = message if isinstance(message, Heartbeat) else last
    if last is not None:
        tell(_line(last))


def _line(beat: Heartbeat) -> str:
    return " | ".join(_words(camera) for camera in beat.cameras)


def _words(camera: CameraStatus) -> str:
    words = f"{camera.camera}: {camera.fps:.1f} fps, {camera.recorded} recorded, {camera.missed} missed"
    return f"{words}, {camera.state}" + (f" ({camera.notice})" if camera.notice else "")
