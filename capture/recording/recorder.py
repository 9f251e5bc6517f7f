"""Everything one camera delivers, onto the disk, by a thread of its own."""

import threading
from collections import deque
from pathlib import Path

from capture.errors import CaptureError
from capture.keypoint_sender import TimeTranslator
from capture.recording.camera_files import CameraFiles
from capture.recording.disk_guard import DiskGuard
from capture.recording.faces import Passage, Unchanged
from capture.recording.video_writer import Codec
from capture.types import Frame

_MOST_WAITING_BYTES = 256_000_000


class Recorder:
    """Records one camera: frames, their exact times, and keypoint messages.

    Neither `frame` nor `keypoints` ever waits for the disk.  A disk that is too slow costs frames, which are counted;
    a disk that is full ends the recording, and what was recorded stays.  Whatever is written goes through `passage`.

    Attributes
    ----------
    recorded, skipped : frames written, and frames that the disk was too slow or too full for
    """

    def __init__(
        self,
        folder: Path,
        camera: str,
        codec: Codec,
        times: TimeTranslator,
        guard: DiskGuard,
        passage: Passage | None = None,
    ) -> None:
        self._folder, self._camera = folder, camera
        self._passage = passage or Unchanged()
        self._codec: Codec = codec
        self._times, self._guard = times, guard
        self._changed = threading.Condition()
        self._waiting: deque[Frame | bytes] = deque()
        self._waiting_bytes = 0
        self._closing = False
        self._failure = ""
        self.recorded = self.skipped = 0
        self._thread = threading.Thread(target=self._run, name=f"valgus {camera} record")
        self._thread.start()

    @property
    def notice(self) -> str:
        """One line on what is wrong or will soon be, else empty."""
        return self._failure or self._guard.notice

    def frame(self, frame: Frame) -> None:
        """Record a frame, if there is room."""
        self._add(frame, frame.picture.nbytes)

    def keypoints(self, message: bytes) -> None:
        """Record keypoints as they were sent."""
        self._add(message, len(message))

    def close(self) -> None:
        """Write what waits and finish the files."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _add(self, item: Frame | bytes, size: int) -> None:
        with self._changed:
            if self._failure or self._waiting_bytes + size > _MOST_WAITING_BYTES:
                self.skipped += isinstance(item, Frame)
                return
            self._waiting.append(item)
            self._waiting_bytes += size
            self._changed.notify()

    def _next(self) -> Frame | bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or self._closing)
            if not self._waiting:
                return None
            item = self._waiting.popleft()
            self._waiting_bytes -= item.picture.nbytes if isinstance(item, Frame) else len(item)
            return item

    def _run(self) -> None:
        try:
            with CameraFiles(self._folder, self._camera, self._codec, self._times) as files:
                self._write_all(files)
        except CaptureError as error:
            with self._changed:
                self._failure = str(error)
                self.skipped += sum(isinstance(item, Frame) for item in self._waiting)
                self._waiting.clear()

    def _write_all(self, files: CameraFiles) -> None:
        while (item := self._next()) is not None:
            self._write(self._passage.take(item), files)
        self._write(self._passage.flush(), files)

    def _write(self, items: list[Frame | bytes], files: CameraFiles) -> None:
        for place, item in enumerate(items):
            try:
                self._write_one(item, files)
            except CaptureError:
                self.skipped += sum(isinstance(each, Frame) for each in items[place:])
                raise

    def _write_one(self, item: Frame | bytes, files: CameraFiles) -> None:
        if self._guard.must_stop:
            raise CaptureError(self._guard.notice)
        if isinstance(item, Frame):
            files.write_frame(item)
            self.recorded += 1
        else:
            files.write_keypoints(item)
