"""Tags find the set of the frame that they were seen in."""

import numpy as np

from capture.messages import TagsMessage
from capture.types import FrameSet, Keypoints2D, Tags2D
from valgus.live.tag_pairing import TagPairing

CAMERAS = ("left", "right")
WORN = "DICT_4X4_50"


def tags(camera: str, time_ns: int, dictionary: str = WORN) -> TagsMessage:
    corners = np.full((1, 4, 2), time_ns, np.float32)
    return TagsMessage("node", 0, Tags2D(camera, time_ns, time_ns, 0, (1280, 720), dictionary, (3,), corners))


def view(camera: str, time_ns: int) -> Keypoints2D:
    uv = np.zeros((1, 26, 2), np.float32)
    return Keypoints2D(camera, time_ns, time_ns, 0, "halpe_26", (1280, 720), uv, np.ones((1, 26), np.float32))


def frame_set(*times: int | None) -> FrameSet:
    views = tuple(None if t is None else view(c, t) for c, t in zip(CAMERAS, times, strict=True))
    return FrameSet(next(t for t in times if t is not None), views)


def test_tags_join_the_views_of_their_own_frames() -> None:
    pairing = TagPairing(CAMERAS, WORN)
    for time_ns in (10, 20, 30):
        assert pairing.add(tags("left", time_ns))
    pairing.add(tags("right", 21))
    joined = pairing.beside(frame_set(20, 21)).tags
    assert [seen and seen.time_ns for seen in joined] == [20, 21]
    late = pairing.beside(frame_set(30, None))
    assert [seen and seen.time_ns for seen in late.tags] == [30, None]


def test_a_set_without_tags_is_left_as_it_is() -> None:
    pairing = TagPairing(CAMERAS, WORN)
    pairing.add(tags("left", 20))
    views = frame_set(25, 25)
    assert pairing.beside(views) is views


def test_other_dictionaries_are_named_once_and_not_used() -> None:
    pairing = TagPairing(CAMERAS, WORN)
    stranger = tags("left", 20, "DICT_APRILTAG_36h11")
    assert not pairing.add(stranger)
    (line,) = pairing.complaints(stranger)
    assert "DICT_APRILTAG_36h11" in line
    assert WORN in line
    assert list(pairing.complaints(stranger)) == []
    assert pairing.beside(frame_set(20, 20)).tags == ()


def test_nobody_wears_tags_and_nobody_complains() -> None:
    pairing = TagPairing(CAMERAS, None)
    assert not pairing.add(tags("left", 20))
    assert list(pairing.complaints(tags("left", 20))) == []
