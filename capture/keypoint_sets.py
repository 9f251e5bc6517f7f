"""What each detector emits: names, order, left/right pairs.

One spelling of names holds everywhere; a detector's own word for a point (BODY_25's `MidHip`, BlazePose's
`left_foot_index`) is translated here and nowhere else.
"""

from dataclasses import dataclass
from functools import cache, cached_property

from capture.errors import CaptureError

FEET = ("LBigToe", "RBigToe", "LHeel", "RHeel")


@dataclass(frozen=True)
class KeypointSet:
    """Named keypoints in the order in which a detector emits them."""

    name: str
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """Position of a keypoint; raises CaptureError when the set lacks it."""
        try:
            return self.names.index(name)
        except ValueError:
            raise CaptureError(f"keypoint '{name}' is not in {self.name}; it has {', '.join(self.names)}") from None

    @cached_property
    def left_right_pairs(self) -> tuple[tuple[int, int], ...]:
        """(left, right) index pairs of the points that exist on both sides."""
        return tuple(
            (i, self.names.index("R" + name[1:]))
            for i, name in enumerate(self.names)
            if name.startswith("L") and "R" + name[1:] in self.names
        )

    @property
    def has_feet(self) -> bool:
        """Whether heels and toes are seen: without them ankle angles are unknown."""
        return set(FEET) <= set(self.names)


_COCO = (
    "Nose LEye REye LEar REar LShoulder RShoulder LElbow RElbow LWrist RWrist "
    "LHip RHip LKnee RKnee LAnkle RAnkle"
)  # fmt: skip

_SETS = {
    "halpe_26": _COCO + " Head Neck Hip LBigToe RBigToe LSmallToe RSmallToe LHeel RHeel",
    "body_25": "Nose Neck RShoulder RElbow RWrist LShoulder LElbow LWrist Hip RHip RKnee RAnkle LHip LKnee LAnkle "
    "REye LEye REar LEar LBigToe LSmallToe LHeel RBigToe RSmallToe RHeel",
    "body_25b": _COCO + " Neck Head LBigToe LSmallToe LHeel RBigToe RSmallToe RHeel",
    "coco_17": _COCO,
    "blazepose_33": "Nose LEyeInner LEye LEyeOuter REyeInner REye REyeOuter LEar REar LMouth RMouth "
    "LShoulder RShoulder LElbow RElbow LWrist RWrist LPinky RPinky LIndex RIndex LThumb RThumb "
    "LHip RHip LKnee RKnee LAnkle RAnkle LHeel RHeel LBigToe RBigToe",
}

KEYPOINT_SETS = {name: KeypointSet(name, tuple(names.split())) for name, names in _SETS.items()}


BOARD_POINTS = "board_"
_MOST_BOARD_POINTS = 9999


@cache
def board_points(count: int) -> KeypointSet:
    """The points of a calibration board, which have numbers and no names: `board_20` has 20."""
    return KeypointSet(f"{BOARD_POINTS}{count}", tuple(str(i) for i in range(count)))


def keypoint_set(name: str) -> KeypointSet:
    """Keypoint set of this name, in any letter case."""
    count = name.lower().removeprefix(BOARD_POINTS)
    if count != name.lower() and count.isdecimal() and 0 < int(count) <= _MOST_BOARD_POINTS:
        return board_points(int(count))
    try:
        return KEYPOINT_SETS[name.lower()]
    except KeyError:
        raise CaptureError(f"keypoint set '{name}' is unknown; choose one of {', '.join(KEYPOINT_SETS)}") from None
