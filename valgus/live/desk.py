"""Where commands of other programs arrive: one recording at a time, marks in it, and who is the subject."""

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from capture.keypoint_files.tags import TagPlates
from capture.messages import KeypointsMessage, TagsMessage
from geometry.rig import Rig
from stream.commands.command import Command
from stream.errors import StreamError
from stream.feed.live_event import LiveEvent
from valgus.errors import ValgusError
from valgus.live.recording import SessionRecording, new_recording_folder

if TYPE_CHECKING:
    from stream.lsl_recorder import LslRecorder


class Desk:
    """Takes commands from any thread; the hub asks it for events and hands it what arrives.

    Parameters
    ----------
    rig : of the session
    root : folder of the recordings; None where nothing is to be recorded
    tell : receives lines for a person
    signals : LSL stream to be recorded beside the views, none without
    plates : the tag plates that the subject wears
    choose : is told who of several people is to be the subject, and says so or refuses
    """

    def __init__(
        self,
        rig: Rig,
        root: Path | None,
        tell: Callable[[str], None],
        signals: str | None = None,
        plates: TagPlates | None = None,
        choose: Callable[[str], str] | None = None,
    ) -> None:
        self._rig, self._root, self._tell, self._signals, self._plates = rig, root, tell, signals, plates
        self._choose = choose or _no_choice
        self._lock = threading.Lock()
        self._recording: SessionRecording | None = None
        self._news: queue.SimpleQueue[LiveEvent] = queue.SimpleQueue()

    def __call__(self, command: Command) -> str:
        """Do what is asked; returns one line about it, raises InputError to refuse."""
        with self._lock:
            if command.command == "start":
                said = self._start(command.text)
            elif command.command == "stop":
                said = self._stop()
            elif command.command == "subject":
                said = self._choose(command.text)
            else:
                said = f"marked {command.text}".strip()
            event = LiveEvent(command.time_ns, command.command, command.text)
            self._news.put(event)
            if self._recording is not None and command.command == "mark":
                self._recording.keep(event)
        self._tell(said)
        return said

    def keep(self, message: KeypointsMessage | TagsMessage) -> None:
        """Record a message while a recording runs."""
        recording = self._recording
        if recording is not None:
            recording.keep(message)

    def events(self) -> Iterator[LiveEvent]:
        """Commands since the last time, as events for everybody who listens."""
        while not self._news.empty():
            yield self._news.get()

    def close(self) -> None:
        """End a recording that still runs."""
        with self._lock:
            if self._recording is not None:
                self._tell(self._stop())

    def _start(self, title: str) -> str:
        if self._root is None:
            raise ValgusError("start: nothing is recorded here; name a folder under [recording] of the configuration")
        if self._recording is not None:
            raise ValgusError(f"start: {self._recording.folder} is being recorded; stop it first")
        folder = new_recording_folder(self._root, title)
        self._recording = SessionRecording(folder, self._rig, self._tell, self._recorder(folder), self._plates)
        return f"recording {folder}"

    def _recorder(self, folder: Path) -> "LslRecorder | None":
        """Of the signals beside the views; raises StreamError, and leaves no folder, where they are not there."""
        if self._signals is None:
            return None
        from stream.lsl_recorder import LslRecorder

        try:
            return LslRecorder(self._signals, folder / "analog.parquet")
        except StreamError:
            folder.rmdir()
            raise

    def _stop(self) -> str:
        if self._recording is None:
            raise ValgusError("stop: nothing is being recorded; start a recording first")
        recording, self._recording = self._recording, None
        recording.close()
        lost = f", {recording.skipped} lost" if recording.skipped else ""
        return f"recorded {recording.folder}: {recording.messages} views{lost}"


def _no_choice(text: str) -> str:
    raise ValgusError(f"subject {text}: this session follows whoever is there; `valgus live` can choose")
