"""What a session records: every keypoint message that the hub used, and what happened when.

A recording is a folder that `valgus process` takes as it is: `<camera>.keypoints`, rig.toml and, where something was
marked, events.csv; where tags are worn, tags.toml; analog.parquet where signals were recorded beside it.  A thread of
its own writes; the hub never waits for the disk.
"""

import queue
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from calibration.formats.aniposelib import write_rig
from capture.errors import CaptureError
from capture.keypoint_files.tags import PLATES_FILE, TagPlates, tag_plates_toml
from capture.messages import KeypointsMessage, TagsMessage
from capture.recording.keypoint_log import SUFFIX, KeypointLog
from capture.wire import encode
from geometry.errors import InputError
from geometry.rig import Rig
from stream.feed.live_event import LiveEvent
from stream.files.events import TrialEvent, write_events

if TYPE_CHECKING:
    from stream.lsl_recorder import LslRecorder

_MOST_WAITING = 50_000
_S = 1e-9


class SessionRecording:
    """One recording, from its first message to `close`.

    Attributes
    ----------
    folder : where it is written
    messages, skipped : keypoint messages written, and those that the disk was too slow or too full for
    """

    def __init__(
        self,
        folder: Path,
        rig: Rig,
        tell: Callable[[str], None],
        signals: "LslRecorder | None" = None,
        plates: TagPlates | None = None,
    ) -> None:
        self.folder, self._tell, self._signals = folder, tell, signals
        self.messages = self.skipped = 0
        self._waiting: queue.SimpleQueue[KeypointsMessage | TagsMessage | LiveEvent | None] = queue.SimpleQueue()
        self._logs: dict[str, KeypointLog] = {}
        self._first_ns: int | None = None
        self._events: list[LiveEvent] = []
        write_rig(folder / "rig.toml", rig)
        if plates is not None:
            (folder / PLATES_FILE).write_text(tag_plates_toml(plates), encoding="utf-8")
        self._thread = threading.Thread(target=self._run, name="valgus recording")
        self._thread.start()

    def keep(self, item: KeypointsMessage | TagsMessage | LiveEvent) -> None:
        """Write it soon; never waits."""
        if self._waiting.qsize() > _MOST_WAITING:
            self.skipped += 1
        else:
            self._waiting.put(item)

    def close(self) -> None:
        """Write what waits and finish the files."""
        self._waiting.put(None)
        self._thread.join()
        if self._signals is not None:
            self._finish(self._signals)

    def _finish(self, signals: "LslRecorder") -> None:
        """Write the signals with times since the first exposure, as the views and the events."""
        try:
            signals.finish(time.monotonic_ns() if self._first_ns is None else self._first_ns)
        except InputError as error:
            self._tell(f"no signals beside {self.folder}: {error}")

    def _run(self) -> None:
        try:
            self._write_all()
        except InputError as error:
            self._tell(f"the recording ends: {error}")
            while self._waiting.get() is not None:
                self.skipped += 1
        finally:
            for log in self._logs.values():
                log.close()

    def _write_all(self) -> None:
        while (item := self._waiting.get()) is not None:
            if isinstance(item, LiveEvent):
                self._events.append(item)
                self._write_events()
            else:
                self._write_message(item)
        self._write_events()

    def _write_message(self, message: KeypointsMessage | TagsMessage) -> None:
        view = message.keypoints if isinstance(message, KeypointsMessage) else message.tags
        if view.camera not in self._logs:
            if isinstance(message, TagsMessage):
                return  # tags without any keypoints would be a recording of nothing
            self._logs[view.camera] = KeypointLog(self.folder / f"{view.camera}{SUFFIX}")
        self._logs[view.camera].append(encode(message))
        self._first_ns = view.time_ns if self._first_ns is None else min(self._first_ns, view.time_ns)
        self.messages += isinstance(message, KeypointsMessage)

    def _write_events(self) -> None:
        """Times count from the first exposure of any camera, as in the trial that is made of this."""
        if self._events:
            start_ns = self._events[0].time_ns if self._first_ns is None else self._first_ns
            rows = [TrialEvent((event.time_ns - start_ns) * _S, _words(event)) for event in self._events]
            write_events(self.folder / "events.csv", rows)


def _words(event: LiveEvent) -> str:
    return f"{event.label} {event.text}".strip()


def new_recording_folder(root: Path, title: str) -> Path:
    """Make `root/<time>[-title]`; raises CaptureError where that is impossible."""
    plain = re.sub(r"[^\w.]+", "-", title).strip("-.")
    folder = root / "-".join(filter(None, [time.strftime("%Y%m%d-%H%M%S"), plain]))
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise CaptureError(f"{folder}: cannot be made for the recording ({error.strerror})") from None
    return folder
