"""Which views can be used at all: cameras of the rig, at the size of their calibration, with the expected keypoints."""

from collections.abc import Iterator

from capture.keypoint_sets import KeypointSet
from capture.messages import KeypointsMessage
from geometry.rig import Rig
from valgus.offline.image_size import fits


class Admission:
    """Looks at every message before anything else does; complains about each camera's fault once."""

    def __init__(self, rig: Rig, keypoints: KeypointSet) -> None:
        self._sizes = {camera.name: camera.size for camera in rig.cameras}
        self._keypoints = keypoints
        self._told: set[str] = set()

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names in the order of the rig."""
        return tuple(self._sizes)

    def admits(self, message: KeypointsMessage) -> bool:
        """Whether the view can be used."""
        return self._complaint(message) is None

    def complaints(self, message: KeypointsMessage) -> Iterator[str]:
        """What is wrong with a view that is not admitted, one line, unless that has been said before."""
        complaint = self._complaint(message)
        if complaint is not None and complaint not in self._told:
            self._told.add(complaint)
            yield complaint

    def _complaint(self, message: KeypointsMessage) -> str | None:
        view = message.keypoints
        camera = f"camera '{view.camera}' of node '{message.node}'"
        size = self._sizes.get(view.camera)
        if size is None:
            return f"{camera} is not in the rig, which has {', '.join(self._sizes)}; its views are not used"
        if view.keypoint_set != self._keypoints.name:
            return (
                f"{camera} sends {view.keypoint_set} where {self._keypoints.name} is expected; its views are not used: "
                "set keypoint_set in the live configuration, or change the node's detector"
            )
        if not fits(view.image_size, size):
            width, height = view.image_size
            return (
                f"{camera} delivers {width}x{height} but is calibrated for {size[0]}x{size[1]}; "
                "its views are not used: set it to that size or calibrate again"
            )
        return None
