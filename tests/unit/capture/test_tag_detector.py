"""Tags in pictures made up with known corners, down to the size at which they are no longer read."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.detectors.tags import SMALLEST_SIDE_PX, TagDetector, tag_dictionary
from capture.errors import CaptureError
from capture.keypoint_files.tag_trial import read_tags
from capture.keypoint_files.tags import TagPlates
from capture.keypoint_sender import RecordedTime
from capture.messages import KeypointsMessage, TagsMessage
from capture.recording.disk_guard import DiskGuard, DiskLimits
from capture.recording.keypoint_log import read_keypoint_log
from capture.recording.recorder import Recorder
from capture.types import Frame, Keypoints2D, Tags2D
from capture.wire import decode, encode

DICTIONARY = "DICT_4X4_50"
SIZE = (640, 360)
_OVERSAMPLED = 8
_CELL_PX = 40


def seen_tag(tag: int, side_px: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Picture with one tag, turned and tilted, averaged over pixels, noisy; and its true corners (4, 2) px."""
    rng = np.random.default_rng(seed)
    printed = np.pad(
        cv2.aruco.generateImageMarker(tag_dictionary(DICTIONARY), tag, 6 * _CELL_PX), _CELL_PX, constant_values=255
    )
    angle, tilt = rng.uniform(0, 2 * np.pi), rng.uniform(0.75, 1.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * side_px
    corners = (square * (1, tilt)) @ turn.T + rng.uniform((150, 100), (490, 260))
    whole = printed.shape[0]
    # Edges lie between pixels: the printed tag covers _CELL_PX to whole - _CELL_PX in edge coordinates.
    source = (np.array([[1, 1], [7, 1], [7, 7], [1, 7]]) * _CELL_PX - 0.5).astype(np.float32)
    target = ((corners + 0.5) * _OVERSAMPLED - 0.5).astype(np.float32)
    large = cv2.warpPerspective(
        printed,
        cv2.getPerspectiveTransform(source, target),
        (SIZE[0] * _OVERSAMPLED, SIZE[1] * _OVERSAMPLED),
        borderValue=150,
        flags=cv2.INTER_AREA,
    )
    assert whole == 8 * _CELL_PX
    small = cv2.resize(large, SIZE, interpolation=cv2.INTER_AREA) * 0.7 + 30
    noisy = np.clip(small + rng.normal(0, 2.0, small.shape), 0, 255).astype(np.uint8)
    return cv2.cvtColor(noisy, cv2.COLOR_GRAY2BGR), corners


def frame(image: np.ndarray, index: int = 0, time_ns: int = 5) -> Frame:
    return Frame("cam01", index, time_ns, 7, image)


@pytest.mark.parametrize(
    ("side_px", "found_share", "error_px"), [(60, 1.0, 0.06), (30, 1.0, 0.04), (SMALLEST_SIDE_PX, 0.9, 0.04)]
)
def test_tags_are_found_and_their_corners_lie_within_a_fraction_of_a_pixel(
    side_px: float, found_share: float, error_px: float
) -> None:
    detector = TagDetector(DICTIONARY)
    errors: list[float] = []
    seeds = 20
    for seed in range(seeds):
        image, corners = seen_tag(seed % 50, side_px, seed)
        seen = detector.detect(frame(image))
        if seen.ids == (seed % 50,):
            errors.append(float(np.sqrt(((seen.corners[0] - corners) ** 2).sum(axis=-1).mean())))
    assert len(errors) >= found_share * seeds
    assert np.median(errors) < error_px


def test_nothing_is_found_where_nothing_is() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    seen = TagDetector(DICTIONARY).detect(frame(noise))
    assert (seen.ids, seen.corners.shape) == ((), (0, 4, 2))
    assert (seen.camera, seen.time_ns, seen.time_sd_ns, seen.image_size) == ("cam01", 5, 7, SIZE)


def test_a_number_that_is_seen_twice_is_left_out() -> None:
    image, _ = seen_tag(3, 40, 1)
    twice = np.hstack([image, image])
    assert TagDetector(DICTIONARY).detect(frame(twice)).ids == ()


def test_apriltags_are_read_and_unknown_dictionaries_named() -> None:
    printed = cv2.aruco.generateImageMarker(tag_dictionary("DICT_APRILTAG_36h11"), 7, 80)
    image = np.full((200, 200, 3), 255, np.uint8)
    image[60:140, 60:140] = printed[..., None]
    assert TagDetector("DICT_APRILTAG_36h11").detect(frame(image)).ids == (7,)
    with pytest.raises(CaptureError, match=r"no dictionary 'DICT_9X9'; choose one of .*DICT_4X4_50"):
        TagDetector("DICT_9X9")


def tags(ids: tuple[int, ...], index: int = 4, time_ns: int = 123) -> Tags2D:
    corners = np.arange(8 * len(ids), dtype=np.float32).reshape(-1, 4, 2)
    return Tags2D("cam01", index, time_ns, 5, SIZE, DICTIONARY, ids, corners)


def test_tags_travel_over_the_wire() -> None:
    for ids in ((), (3, 17)):
        received = decode(encode(TagsMessage("left", 9, tags(ids))))
        assert isinstance(received, TagsMessage)
        assert (received.node, received.sequence, received.tags.ids) == ("left", 9, ids)
        np.testing.assert_array_equal(received.tags.corners, tags(ids).corners)
    sent = bytearray(encode(TagsMessage("left", 9, tags((3,)))))
    sent[-4:] = np.float32(np.nan).tobytes()
    with pytest.raises(CaptureError, match="not finite"):
        decode(bytes(sent))
    with pytest.raises(CaptureError, match="were announced"):
        decode(bytes(sent[:-8]))


def test_recorded_tags_stand_beside_the_keypoints_of_their_frames(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "cam01", "h264", RecordedTime(), DiskGuard(tmp_path, DiskLimits(0, 0)))
    nobody = np.zeros((1, 17, 2), np.float32)
    for i in (0, 1, 2, 4):
        view = Keypoints2D("cam01", i, 10**9 + i * 20_000_000, 0, "coco_17", SIZE, nobody, nobody[..., 0])
        recorder.keypoints(encode(KeypointsMessage("left", i, view)))
        recorder.keypoints(encode(TagsMessage("left", i, tags((3, 9) if i != 1 else (), i, view.time_ns))))
    recorder.close()
    plates = TagPlates(DICTIONARY, (9, 12), ("pelvis", "femur_r"), ("sacrum", "lateral"), (0.06, 0.06))
    assert len(list(read_keypoint_log(tmp_path / "cam01.keypoints"))) == 4
    trial = read_tags(tmp_path, plates, ("cam01",), 5)
    assert trial is not None
    seen = np.asarray(np.isfinite(trial.corners).all(axis=(-1, -2)), dtype=np.bool_)
    np.testing.assert_array_equal(seen[0, :, 0], [True, False, True, False, True])
    assert not seen[0, :, 1].any()
    np.testing.assert_array_equal(trial.corners[0, 0, 0], tags((3, 9)).corners[1])
    other = TagPlates("DICT_5X5_50", (9,), ("pelvis",), ("sacrum",), (0.06,))
    with pytest.raises(CaptureError, match="tags are of DICT_4X4_50, the plates of DICT_5X5_50"):
        read_tags(tmp_path, other, ("cam01",), 5)
    assert read_tags(tmp_path / "nothing", plates, ("cam01",), 5) is None
