"""The joints by which people are told apart, undistorted as OpenCV distorts."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.camera_model import normalise
from geometry.rig import Camera, Rig
from reconstruct.kernels.followed import fill_followed
from reconstruct.kernels.joint_rays import JOINTS

Array = NDArray[np.float64]

COLUMNS = np.array([3, 0, 4, 1, 5, 6, 2, 8, 9, 13, 11, 10])
WEAK, STRONG = np.array([-0.1, 0.05, 4e-4, -3e-4, -0.01]), np.array([-0.38, 0.17, 1e-3, -1e-3, -0.02])


def filled(rig: Rig, uv: Array, confidence: Array, frame: NDArray[np.int64]) -> Array:
    """Image points (G, C, 2, J, 2) of the joints."""
    xy = np.empty((frame.shape[1], len(rig), uv.shape[2], 2, JOINTS))
    fill_followed(rig.arrays, uv, confidence, COLUMNS, frame, xy)
    return xy.swapaxes(-1, -2)


def seen(cameras: int) -> tuple[Array, Array]:
    """Keypoints (C, 4, 2, 14, 2) all over the picture, and scores (C, 4, 2, 14)."""
    rng = np.random.default_rng(7)
    uv = rng.uniform([0.0, 0.0], [1280.0, 720.0], (cameras, 4, 2, 14, 2))
    return uv, rng.uniform(0.1, 1.0, uv.shape[:-1])


def every_frame(cameras: int) -> NDArray[np.int64]:
    return np.tile(np.arange(4), (cameras, 1))


@pytest.mark.parametrize("distortion", [WEAK, STRONG], ids=["weak", "strong"])
def test_opencv_distorts_to_the_pixels_seen(ring_camera: Camera, distortion: Array):
    rig = Rig((replace(ring_camera, distortion=distortion),))
    uv, confidence = seen(1)
    xy = filled(rig, uv, confidence, every_frame(1))
    ahead = np.concatenate([xy[:, 0], np.ones((4, 2, JOINTS, 1))], axis=-1).reshape(-1, 3)
    again, _ = cv2.projectPoints(ahead, np.zeros(3), np.zeros(3), ring_camera.matrix, distortion)
    assert again.reshape(4, 2, JOINTS, 2) == pytest.approx(uv[0][:, :, COLUMNS], abs=2e-5)


def test_fisheyes_as_one_by_one(ring_camera: Camera):
    rig = Rig((replace(ring_camera, distortion=np.array([-0.02, 0.01, -0.003, 0.001]), fisheye=True),))
    uv, confidence = seen(1)
    assert filled(rig, uv, confidence, every_frame(1))[:, 0] == pytest.approx(
        normalise(rig.arrays, 0, uv[0][:, :, COLUMNS]), abs=1e-12
    )


def test_nothing_comes_of_what_is_not_seen_or_no_ray_can_reach(ring_camera: Camera):
    folding = replace(ring_camera, name="folding", distortion=np.array([-0.9, 0.0, 0.0, 0.0, 0.0]))
    rig = Rig((ring_camera, folding))
    uv, confidence = seen(2)
    confidence[0, :, 1] = 0.0
    confidence[0, 0, 0, 3] = 0.0
    uv[1, 0, 0, 3] = 0.0, 0.0
    frame = np.array([[0, 1, -1], [0, 2, 3]])
    xy = filled(rig, uv, confidence, frame)
    assert np.isnan(xy[:, 0, 1]).all()
    assert np.isnan(xy[2, 0]).all()
    assert np.isnan(xy[0, 0, 0, 0]).all()
    assert np.isfinite(xy[0, 0, 0, 1:]).all()
    assert np.isnan(xy[0, 1, 0, 0]).all()
    assert xy[1, 1] == pytest.approx(normalise(rig.arrays, 1, uv[1, 2][:, COLUMNS]), nan_ok=True)
