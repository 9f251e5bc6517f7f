"""Tags beside the keypoints of the same frames: they are sent just before them, in a message of their own."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from capture.messages import TagsMessage
from capture.types import FrameSet, Keypoints2D, Tags2D

_MOST_WAITING = 32
"""Tags per camera that wait for their frame's set; older ones belong to frames that were never used."""


class TagPairing:
    """Keeps the tags of every camera until the set with their frame is complete.

    Parameters
    ----------
    cameras : names in the order of the sets' views
    dictionary : OpenCV's name of the dictionary that the subject's plates are of; None where none are worn
    """

    def __init__(self, cameras: Sequence[str], dictionary: str | None) -> None:
        self._cameras, self._dictionary = tuple(cameras), dictionary
        self._waiting: dict[str, deque[Tags2D]] = {name: deque(maxlen=_MOST_WAITING) for name in cameras}
        self._told: set[str] = set()

    def add(self, message: TagsMessage) -> bool:
        """Keep the tags of one frame; False where they are of no use."""
        tags = message.tags
        if tags.dictionary != self._dictionary or tags.camera not in self._waiting:
            return False
        self._waiting[tags.camera].append(tags)
        return True

    def complaints(self, message: TagsMessage) -> Iterator[str]:
        """What is wrong with tags that `add` refused, one line per camera."""
        tags = message.tags
        if self._dictionary is None or tags.camera in self._told or tags.dictionary == self._dictionary:
            return
        self._told.add(tags.camera)
        yield (
            f"camera '{tags.camera}' of node '{message.node}' looks for tags of {tags.dictionary}, the subject wears "
            f"{self._dictionary}; its tags are not used: give the node the same tags.toml"
        )

    def beside(self, frames: FrameSet) -> FrameSet:
        """The set with the tags of its frames; the set itself where there are none."""
        tags = tuple(map(self._of, self._cameras, frames.views))
        return frames if all(seen is None for seen in tags) else replace(frames, tags=tags)

    def _of(self, camera: str, view: Keypoints2D | None) -> Tags2D | None:
        waiting = self._waiting[camera]
        while view is not None and waiting and waiting[0].time_ns <= view.time_ns:
            tags = waiting.popleft()
            if tags.time_ns == view.time_ns:
                return tags
        return None
