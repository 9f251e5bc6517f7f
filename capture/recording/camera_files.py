"""The three files of one recorded camera: `<camera>.mkv`, `.timestamps.csv` and `.keypoints`."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from capture.errors import CaptureError
from capture.keypoint_files.timestamps_csv import CAMERA_SUFFIX
from capture.keypoint_sender import TimeTranslator
from capture.recording.keypoint_log import SUFFIX, KeypointLog
from capture.recording.video_writer import Codec, VideoWriter
from capture.types import Frame

_NS = 1_000_000_000


class CameraFiles:
    """New files in a folder; the video is opened when the first frame tells its size.

    Each row of the times holds the frame's place in the video, its time on the hub's clock with its standard
    deviation, the node's own time, and the camera's frame number, in which a gap is a frame that was never delivered.
    While the hub's time is unknown it is continued from when it was known last.
    """

    def __init__(self, folder: Path, camera: str, codec: Codec, times: TimeTranslator) -> None:
        self._folder, self._camera, self._times = folder, camera, times
        self._codec: Codec = codec
        self._rows = self._create_rows()
        self._log = KeypointLog(folder / f"{camera}{SUFFIX}")
        self._video: VideoWriter | None = None
        self._hub_minus_node_ns = self._sd_ns = 0
        self._written = 0

    def write_frame(self, frame: Frame) -> None:
        """Add a frame and the row of its times; raises CaptureError where the disk takes no more."""
        if self._video is None:
            self._video = VideoWriter(self._folder / f"{self._camera}.mkv", self._codec, frame.size)
        self._video.write(frame)
        self._write_row(frame)
        self._written += 1

    def write_keypoints(self, message: bytes) -> None:
        """Add keypoints as they were sent."""
        self._log.append(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as closing:
            closing.callback(self._close_rows)
            closing.callback(self._log.close)
            if self._video is not None:
                closing.callback(self._video.close)

    def _create_rows(self) -> TextIO:
        path = self._folder / f"{self._camera}{CAMERA_SUFFIX}"
        try:
            rows = path.open("x", buffering=1, encoding="utf-8", newline="\n")
            rows.write("camera,frame,time_s,sd_s,node_time_s,number\n")
        except OSError as error:
            raise CaptureError(f"{path}: cannot be created ({error.strerror})") from None
        return rows

    def _close_rows(self) -> None:
        """Finish the times; what a full disk did not take before is tried once more."""
        try:
            self._rows.close()
        except OSError as error:
            raise CaptureError(f"{self._rows.name}: cannot be written any more ({error.strerror})") from None

    def _write_row(self, frame: Frame) -> None:
        translated = self._times.translate(frame.time_ns)
        if translated is not None:
            self._hub_minus_node_ns, self._sd_ns = translated[0] - frame.time_ns, translated[1]
        hub_s, node_s = _seconds(frame.time_ns + self._hub_minus_node_ns), _seconds(frame.time_ns)
        sd_s = _seconds(self._sd_ns + frame.time_sd_ns)
        try:
            self._rows.write(f"{self._camera},{self._written},{hub_s},{sd_s},{node_s},{frame.index}\n")
        except OSError as error:
            raise CaptureError(f"{self._rows.name}: cannot be written any more ({error.strerror})") from None


def _seconds(time_ns: int) -> str:
    """Seconds with nine decimals, exactly."""
    sign = "-" if time_ns < 0 else ""
    whole, rest = divmod(abs(time_ns), _NS)
    return f"{sign}{whole}.{rest:09d}"
