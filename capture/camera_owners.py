"""Which node a camera belongs to: two that send the same camera would be mixed into one stream."""

from dataclasses import dataclass

from capture.errors import CaptureError

_RELEASED_NS = 2_000_000_000


@dataclass(slots=True)
class _Owner:
    node: str
    heard_ns: int


class CameraOwners:
    """The first node that sends a camera owns it until it has been silent for two seconds."""

    def __init__(self) -> None:
        self._owners: dict[str, _Owner] = {}

    def check(self, camera: str, node: str, now_ns: int) -> None:
        """Note that a node sends a camera; raises CaptureError where another one does."""
        owner = self._owners.get(camera)
        if owner is None or owner.node == node or now_ns - owner.heard_ns > _RELEASED_NS:
            self._owners[camera] = _Owner(node, now_ns)
            return
        raise CaptureError(
            f"message: camera '{camera}' comes from node '{owner.node}' and from node '{node}'; rename one or stop one"
        )
