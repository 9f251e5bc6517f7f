"""The real detector on a real person; needs the shared recordings and fetched weights."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.formats.aniposelib import read_rig
from capture.cameras.video_file import VideoFile
from capture.detectors.catalogue import create_detector
from capture.detectors.weights import model
from capture.keypoint_sets import keypoint_set
from capture.types import Frame, KeypointTrial
from capture.video_trial import detect_trial, find_videos
from geometry.camera_model import project
from geometry.rays import triangulate_linear

POINTS = keypoint_set("blazepose_33")
FRONTAL = "cam02"


@pytest.fixture(scope="module")
def clip(shared_data: Path) -> Path:
    if model("blazepose-heavy").lacking:
        pytest.skip("the weights of blazepose-heavy are not on this machine (valgus models get blazepose-heavy)")
    return shared_data / "pose2sim_single"


@pytest.fixture(scope="module")
def trial(clip: Path) -> KeypointTrial:
    return detect_trial(find_videos(clip / "videos"), lambda: create_detector("blazepose-heavy"), lambda *_: None)


def test_the_person_is_found_in_every_view(trial: KeypointTrial) -> None:
    found = np.isfinite(trial.uv[:, :, 0]).all(axis=(-1, -2))
    assert trial.uv.shape == (4, 100, 1, 33, 2)
    assert (found.mean(axis=1) > 0.99).all()
    assert trial.image_sizes == ((1080, 1920), (1080, 1920), (1088, 1920), (1088, 1920))
    assert trial.synchronised


@pytest.mark.parametrize("joint", ["Hip", "Knee"])
def test_legs_are_never_swapped_in_the_frontal_view(trial: KeypointTrial, joint: str) -> None:
    u = trial.uv[trial.cameras.index(FRONTAL), :, 0, :, 0]
    assert (u[:, POINTS.index("L" + joint)] > u[:, POINTS.index("R" + joint)]).all()


def test_views_agree_in_space(trial: KeypointTrial, clip: Path) -> None:
    rig = read_rig(clip / "calibration/Calib_qualisys.toml")
    uv, weights = trial.uv[:, :, 0].reshape(4, -1, 2), trial.confidence[:, :, 0].reshape(4, -1)
    points = triangulate_linear(rig.arrays, uv, weights)
    errors = [np.linalg.norm(project(rig.arrays, c, points) - uv[c], axis=-1) for c in range(4)]
    assert np.median(errors) < 12.5
    joints = points.reshape(100, 33, 3)
    for above, below, sd_mm in (("Hip", "Knee", 18), ("Knee", "Ankle", 18)):
        for side in "LR":
            segment = joints[:, POINTS.index(side + above)] - joints[:, POINTS.index(side + below)]
            lengths_mm = 1e3 * np.linalg.norm(segment, axis=-1)
            assert lengths_mm.std() < sd_mm
            assert 330 < lengths_mm.mean() < 430


def test_of_two_people_the_larger_is_chosen_and_then_kept(clip: Path) -> None:
    video = VideoFile(clip / "videos_static/cam02.mp4", "cam02")
    frame = video.read()
    video.close()
    assert frame is not None
    large = frame.image[300:1300]
    small = cv2.resize(large, None, fx=0.8, fy=0.8)
    middle = large.shape[1]
    left, right = np.full((2, 1000, middle + small.shape[1], 3), 90, np.uint8)
    left[:, :middle] = large
    right[-len(small) :, middle:] = small
    both = np.where(right != 90, right, left)
    detector = create_detector("blazepose-heavy")

    def place(image: np.ndarray) -> float:
        return float(np.median(detector.detect(Frame("a", 0, 0, 0, image)).uv[0, :, 0]))

    assert place(both) < middle
    assert place(right) > middle
    assert place(both) > middle


def test_a_person_who_is_small_in_a_wide_picture_is_found(clip: Path) -> None:
    video = VideoFile(clip / "videos_static/cam02.mp4", "cam02")
    frame = video.read()
    video.close()
    assert frame is not None
    wide = np.full((1000, 2600, 3), 90, np.uint8)
    wide[:, 900:1988] = frame.image[300:1300]
    assert len(create_detector("blazepose-heavy").detect(Frame("a", 0, 0, 0, wide)).uv) == 1


def test_nobody_in_view_is_nobody(clip: Path) -> None:
    detector = create_detector("blazepose-heavy")
    for level in (0, 128, 255):
        empty = np.full((480, 640, 3), level, dtype=np.uint8)
        seen = detector.detect(Frame("a", 0, 0, 0, empty))
        assert seen.uv.shape == (0, 33, 2)
        assert seen.confidence.shape == (0, 33)


def test_a_person_who_comes_back_is_found_at_once(clip: Path) -> None:
    detector = create_detector("blazepose-heavy")
    video = VideoFile(clip / "videos_static/cam02.mp4", "cam02")
    frame = video.read()
    video.close()
    assert frame is not None
    gone = Frame("cam02", 1, 0, 0, np.zeros_like(frame.image))
    assert [len(detector.detect(f).uv) for f in (frame, gone, gone, frame)] == [1, 0, 0, 1]
