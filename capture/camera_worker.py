"""One camera of a node at work: grab, detect, publish.

Live, a thread grabs and never waits for detection, and a detector that is slower than its camera always gets the
newest frame.  In lock-step one thread does it all and nothing is left out.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capture.camera_watch import CameraWatch
from capture.cameras.base import Camera
from capture.detectors.base import Detector
from capture.errors import CaptureError
from capture.frame_queue import FrameQueue
from capture.hub_addresses import HubAddresses
from capture.keypoint_sender import KeypointSender, TimeTranslator
from capture.messages import CameraStatus
from capture.recording.keeper import OpenKeeper, keep_nothing
from capture.transport import LosslessOutbox, Outbox
from capture.types import Frame

if TYPE_CHECKING:
    from capture.detectors.tags import TagDetector

_WAIT_S = 0.1
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 1.0


@dataclass(frozen=True)
class Station:
    """One camera's place at work.

    Attributes
    ----------
    camera, detector : an open camera, and who looks at its frames
    open_keeper : begins to record a live camera
    reopen : opens a live camera again after it failed, and raises CaptureError while that is impossible; None for
        cameras that cannot come back
    notice : what the camera did not take as asked, else empty
    tag_detector : finds tags in the same frames, where plates are worn
    """

    camera: Camera
    detector: Detector
    open_keeper: OpenKeeper = keep_nothing
    reopen: Callable[[], Camera] | None = None
    notice: str = ""
    tag_detector: "TagDetector | None" = None


class CameraWorker(ABC):
    """Threads of one camera.

    Attributes
    ----------
    error : what ended the camera before its time, or None
    """

    def __init__(self, node: str, station: Station, hub: HubAddresses, times: TimeTranslator) -> None:
        self._node, self._station, self._hub, self._times = node, station, hub, times
        self._camera = station.camera
        self._watch = CameraWatch(station.camera.name, station.notice)
        self._keeper = station.open_keeper(times)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"valgus {station.camera.name}")
        self.error: Exception | None = None

    @property
    def running(self) -> bool:
        """Whether frames may still come."""
        return self._thread.is_alive()

    @property
    @abstractmethod
    def status(self) -> CameraStatus:
        """How the camera is doing."""

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the frame in hand and end."""
        self._stop.set()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    @abstractmethod
    def _open_outbox(self) -> Outbox:
        """Open the way to the hub that suits the pace."""

    @abstractmethod
    def _work(self, sender: KeypointSender) -> None:
        """Publish frames until there are no more or it is time to stop."""

    def _run(self) -> None:
        try:
            with self._open_outbox() as outbox:
                while not self._stop.is_set() and not outbox.has_reader(_WAIT_S):
                    pass
                sender = KeypointSender(self._node, self._camera.name, outbox, self._times, self._keeper.keypoints)
                self._work(sender)
                self._watch.become("ended")
                sender.end()
        except Exception as error:
            self.error = error
            self._watch.become("lost", why=str(error))
        finally:
            self._camera.close()
            self._keeper.close()

    def _publish(self, frame: Frame, sender: KeypointSender) -> bool:
        begin_s = time.perf_counter()
        seen = self._station.detector.detect(frame)
        tags = self._station.tag_detector.detect(frame) if self._station.tag_detector else None
        detection_s = time.perf_counter() - begin_s
        sent = sender.send(seen, tags)
        if sent:
            self._watch.published(frame.time_ns, detection_s)
        return sent


class LockStepWorker(CameraWorker):
    """Every frame in turn, as fast as the hub takes them."""

    @property
    def status(self) -> CameraStatus:
        """How the camera is doing; nothing is ever dropped."""
        return self._watch.status(queue=0, dropped=0, keeper=self._keeper)

    def _open_outbox(self) -> Outbox:
        return LosslessOutbox(self._hub.messages, self._hub.keys)

    def _work(self, sender: KeypointSender) -> None:
        while not self._stop.is_set() and (frame := self._camera.read()) is not None:
            self._watch.captured(frame.index, frame.time_ns)
            self._publish(frame, sender)


class LiveWorker(CameraWorker):
    """Frames as they come; those for which there is no time are left out and counted."""

    def __init__(self, node: str, station: Station, hub: HubAddresses, times: TimeTranslator) -> None:
        super().__init__(node, station, hub, times)
        self._queue = FrameQueue()
        self._untimed = 0
        self._grabber = threading.Thread(target=self._grab, name=f"valgus {station.camera.name} grab")

    @property
    def status(self) -> CameraStatus:
        """How the camera is doing."""
        dropped = self._queue.dropped + self._untimed
        return self._watch.status(queue=len(self._queue), dropped=dropped, keeper=self._keeper)

    def _open_outbox(self) -> Outbox:
        return Outbox(self._hub.messages, self._hub.keys)

    def _work(self, sender: KeypointSender) -> None:
        while self._times.translate(0) is None and not self._stop.wait(_WAIT_S):
            pass
        self._grabber.start()
        while not self._queue.finished:
            next_frame = self._queue.oldest if self._watch.keeps_up else self._queue.newest
            frame = next_frame(_WAIT_S)
            if frame is not None and not self._publish(frame, sender):
                self._untimed += 1
        self._grabber.join()
        if self.error is not None:
            raise self.error

    def _grab(self) -> None:
        try:
            while (frame := self._next_frame()) is not None:
                self._watch.captured(frame.index, frame.time_ns)
                self._keeper.frame(frame)
                self._queue.put(frame)
        except Exception as error:
            self.error = error
        finally:
            self._queue.close()

    def _next_frame(self) -> Frame | None:
        """Next frame, of a camera that is opened again and again where it failed; None at the end."""
        while not self._stop.is_set():
            try:
                return self._camera.read()
            except CaptureError as error:
                if self._station.reopen is None:
                    raise
                self._watch.become("lost", why=str(error))
                self._camera.close()
                self._camera = self._opened_again(self._station.reopen) or self._camera
        return None

    def _opened_again(self, reopen: Callable[[], Camera]) -> Camera | None:
        """Try less and less often until it is there again; None when it is time to stop."""
        pause_s = _FIRST_PAUSE_S
        while not self._stop.wait(pause_s):
            try:
                return reopen()
            except CaptureError as error:
                self._watch.become("lost", why=str(error))
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        return None
