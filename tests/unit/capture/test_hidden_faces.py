"""Faces on their way to the disk."""

import numpy as np

from capture.keypoint_sets import keypoint_set
from capture.messages import KeypointsMessage
from capture.recording.faces import HiddenFaces, Unchanged, faces
from capture.types import Frame, Keypoints2D
from capture.wire import encode

NAMES = keypoint_set("coco_17").names
PATTERN = np.indices((240, 320)).sum(axis=0) % 2 * 200
IMAGE = np.repeat(PATTERN[..., None], 3, axis=2).astype(np.uint8)


def view(index: int, nose: tuple[float, float] | None) -> Keypoints2D:
    """A person whose face is 16 px wide and whose shoulders are 50 px apart, or nobody."""
    uv = np.full((0 if nose is None else 1, 17, 2), np.nan, np.float32)
    if nose is not None:
        offsets = {"Nose": (0, 0), "LEye": (3, -3), "REye": (-3, -3), "LEar": (8, 0), "REar": (-8, 0)}
        offsets |= {"LShoulder": (25, 30), "RShoulder": (-25, 30)}
        for name, offset in offsets.items():
            uv[0, NAMES.index(name)] = np.add(nose, offset)
    confidence = np.isfinite(uv[..., 0]).astype(np.float32)
    return Keypoints2D("a", index, index, 0, "coco_17", (320, 240), uv, confidence)


def message(index: int, nose: tuple[float, float] | None) -> bytes:
    return encode(KeypointsMessage("n", index, view(index, nose)))


def frame(index: int) -> Frame:
    return Frame("a", index, index, 0, IMAGE)


def run(noses: dict[int, tuple[float, float] | None], frames: int) -> list[Frame]:
    passage = HiddenFaces()
    written: list[Frame | bytes] = []
    for index in range(frames):
        written += passage.take(frame(index))
        if index in noses:
            written += passage.take(message(index, noses[index]))
    written += passage.flush()
    result = [item for item in written if isinstance(item, Frame)]
    assert [item.index for item in result] == list(range(frames))
    return result


def is_hidden(image: np.ndarray, u: int, v: int) -> bool:
    """Whether the pattern of single pixels is gone there."""
    return bool(np.ptp(image[v - 3 : v + 3, u - 3 : u + 3].astype(int)) < 120)


def test_a_face_is_hidden_and_the_rest_is_kept() -> None:
    for hidden in run(dict.fromkeys(range(40), (160.0, 80.0)), 40):
        assert is_hidden(hidden.image, 160, 80)
        assert is_hidden(hidden.image, 145, 66)
        np.testing.assert_array_equal(hidden.image[150:], IMAGE[150:])
    assert not is_hidden(IMAGE, 160, 80)


def test_a_face_that_the_detector_misses_for_some_frames_stays_hidden() -> None:
    noses: dict[int, tuple[float, float] | None] = {i: (100.0 + i, 80.0) for i in range(60)}
    for missed in range(20, 30):
        noses[missed] = None
    for hidden in run(noses, 60)[20:30]:
        assert is_hidden(hidden.image, 100 + hidden.index, 80)


def test_frames_that_nobody_looked_at_are_hidden_whole() -> None:
    for hidden in run({0: (160.0, 80.0)}, 60)[20:]:
        assert is_hidden(hidden.image, 160, 80)
        assert is_hidden(hidden.image, 20, 220)


def test_where_nobody_is_nothing_is_hidden_and_faces_at_the_rim_do_no_harm() -> None:
    for shown in run(dict.fromkeys(range(40)), 40):
        np.testing.assert_array_equal(shown.image, IMAGE)
    run(dict.fromkeys(range(40), (-4.0, 239.0)), 40)
    run(dict.fromkeys(range(40), (-400.0, 900.0)), 40)


def test_every_person_has_a_face_and_messages_pass_at_once() -> None:
    assert faces(view(0, None)) == []
    ((centre, radius),) = faces(view(0, (50.0, 60.0)))
    np.testing.assert_allclose(centre, (50, 60), atol=2)
    assert 20 < radius < 40
    passage = HiddenFaces()
    assert passage.take(message(0, None)) == [message(0, None)]
    assert passage.take(b"nonsense") == [b"nonsense"]
    assert Unchanged().take(b"x") == [b"x"]
