"""Frames that came and frames that did not, per camera."""

from dataclasses import dataclass, field

from capture.messages import KeypointsMessage, StreamEnd


@dataclass(slots=True)
class CameraTally:
    """Counts of one camera: frames received, frames missing between them, messages lost on the way."""

    received: int = 0
    missing: int = 0
    lost_messages: int = 0
    _last_frame: int = -1
    _last_sequence: int = -1

    def add(self, frame_index: int, sequence: int) -> None:
        """Count a frame; numbers that start again belong to a camera or node that was started again."""
        if self.received and frame_index > self._last_frame:
            self.missing += frame_index - self._last_frame - 1
        if self.received and sequence > self._last_sequence:
            self.lost_messages += sequence - self._last_sequence - 1
        self.received += 1
        self._last_frame, self._last_sequence = frame_index, sequence

    def end(self, messages: int) -> None:
        """Count what is missing at the end, of so many messages sent in all."""
        lost = max(0, messages - 1 - self._last_sequence)
        self.missing += lost
        self.lost_messages += lost
        self._last_sequence += lost


@dataclass(slots=True)
class Tally:
    """Counts of every camera that was heard."""

    cameras: dict[str, CameraTally] = field(default_factory=dict[str, CameraTally])

    def add(self, message: KeypointsMessage) -> None:
        """Count one keypoint message."""
        camera = self.cameras.setdefault(message.keypoints.camera, CameraTally())
        camera.add(message.keypoints.frame_index, message.sequence)

    def end(self, message: StreamEnd) -> None:
        """Count what a camera says it has sent and nobody has seen."""
        self.cameras.setdefault(message.camera, CameraTally()).end(message.messages)

    @property
    def dropped(self) -> int:
        """Frames missing since the start, all cameras."""
        return sum(camera.missing for camera in self.cameras.values())
