"""Derivatives of the projection against finite differences and OpenCV."""

import cv2
import numpy as np
import pytest

from geometry import se3
from geometry.camera_model import project, project_point_jacobian
from geometry.rig import Camera, Rig


@pytest.mark.parametrize("fisheye", [False, True])
def test_derivatives_equal_finite_differences(fisheye: bool):
    distortion = np.array(
        [-0.05, 0.02, -0.004, 0.001] if fisheye else [-0.2, 0.08, 1e-3, -2e-3, 0.03, 0.01, -0.02, 0.005]
    )
    T = se3.compose(se3.rotation_from_vector([0.3, -0.2, 0.5]), [0.2, -0.1, 3.0])
    matrix = np.array([[820.0, 0.0, 630.0], [0.0, 835.0, 350.0], [0.0, 0.0, 1.0]])
    cameras = Rig((Camera("one", (1280, 720), matrix, distortion, T, fisheye),)).arrays
    for point in np.random.default_rng(0).uniform(-0.7, 0.7, (30, 3)):
        jacobian = np.empty((2, 3))
        u, v = project_point_jacobian(cameras, 0, *point, jacobian)
        steps = 1e-6 * np.eye(3)
        numeric = (project(cameras, 0, point + steps) - project(cameras, 0, point - steps)).T / 2e-6
        assert np.allclose([u, v], project(cameras, 0, point), atol=1e-10)
        assert np.allclose(jacobian, numeric, rtol=1e-6, atol=1e-5)
        if not fisheye:
            expected, _ = cv2.projectPoints(
                point[None], se3.vector_from_rotation(T[:3, :3]), T[:3, 3], matrix, distortion
            )
            assert np.allclose([u, v], expected[0, 0], atol=1e-8)
