"""Lenses from pictures of a board: recovered, chosen, rescaled, refused."""

import numpy as np
import pytest

from calibration.detection.detection import Detection
from calibration.errors import CalibrationError
from calibration.intrinsics.coverage import coverage_map, covered_share
from calibration.intrinsics.lens import Lens, learn_lens, rescaled
from calibration.intrinsics.selection import MOST_VIEWS, select_views
from calibration.kernels.board_view import CAMERA
from geometry.rig import Camera, Rig
from tests.support.virtual_boards import BIG_BOARD, SIZE, Noise, close_ups, looking_at, ring


@pytest.fixture(scope="module")
def lens() -> Lens:
    noise = Noise(0.3, np.random.default_rng(0))
    return learn_lens("cam01", BIG_BOARD, close_ups(ring(1), 0, BIG_BOARD, 40, noise), SIZE)


def test_a_lens_is_recovered_within_its_own_error(lens: Lens) -> None:
    truth = ring(1).cameras[0]
    known = np.flatnonzero(np.diag(lens.information))
    sd = np.zeros(CAMERA)
    sd[known] = np.sqrt(np.diag(np.linalg.inv(lens.information[np.ix_(known, known)])))
    error = np.concatenate(
        [lens.camera.focal[0] - np.diag(truth.matrix)[:2], lens.camera.centre[0] - truth.matrix[:2, 2]]
    )
    assert np.all(np.abs(error) < 4.0 * sd[6:10])
    assert np.all(sd[6:8] < 0.002 * truth.matrix[0, 0])
    assert lens.rms_px == pytest.approx(0.3 * np.sqrt(2), rel=0.1)
    assert lens.heldout_px == pytest.approx(lens.rms_px, rel=0.2)


def test_a_plain_lens_needs_no_rich_model(lens: Lens) -> None:
    assert lens.model.name == "pinhole, 4 coefficients"
    assert lens.model.stored == 5


@pytest.mark.parametrize(
    ("matrix_focal", "distortion", "fisheye", "model"),
    [
        (420.0, (0.05, -0.02, 0.004, -0.001), True, "fisheye, 4 coefficients"),
        (700.0, (-0.35, 0.18, 0.0, 0.0, -0.09), False, "pinhole, 5 coefficients"),
    ],
    ids=["fisheye", "wide"],
)
def test_the_model_is_chosen_by_pictures_left_out(
    matrix_focal: float, distortion: tuple[float, ...], fisheye: bool, model: str
) -> None:
    matrix = np.array([[matrix_focal, 0, 640.0], [0, matrix_focal, 360.0], [0, 0, 1]])
    T = looking_at(np.array([3.0, 0.0, 1.5]), np.array([0.0, 0.0, 1.0]))
    rig = Rig((Camera("wide", SIZE, matrix, np.array(distortion), T, fisheye),))
    pictures = close_ups(rig, 0, BIG_BOARD, 60, Noise(0.2, np.random.default_rng(1)))
    learnt = learn_lens("wide", BIG_BOARD, pictures, SIZE)
    assert learnt.model.name == model
    assert learnt.camera.focal[0, 0] == pytest.approx(matrix_focal, rel=0.005)


def test_blurred_pictures_are_left_out() -> None:
    rng = np.random.default_rng(2)
    pictures = close_ups(ring(1), 0, BIG_BOARD, 30, Noise(0.2, rng))
    for i in (3, 11, 20):
        pictures[i] = Detection(pictures[i].ids, pictures[i].uv + rng.normal(0, 4.0, pictures[i].uv.shape))
    learnt = learn_lens("cam01", BIG_BOARD, pictures, SIZE)
    assert learnt.views == 27
    assert learnt.rms_px < 0.35


def test_too_few_pictures_are_named() -> None:
    pictures = close_ups(ring(1), 0, BIG_BOARD, 2, Noise(0.2, np.random.default_rng(3)))
    with pytest.raises(CalibrationError, match="camera 'cam07': 2 usable pictures"):
        learn_lens("cam07", BIG_BOARD, pictures, SIZE)


def test_selection_spreads_over_places_and_tilts() -> None:
    pictures = close_ups(ring(1), 0, BIG_BOARD, 200, Noise(0.0, np.random.default_rng(4)))
    same = [pictures[0]] * 300
    chosen = select_views(BIG_BOARD, [*same, *pictures], SIZE)
    assert len(chosen) == MOST_VIEWS
    assert sum(view is pictures[0] for view in chosen) <= 2
    assert covered_share(coverage_map(chosen, SIZE)) > 0.9


def test_a_lens_at_half_the_resolution_sees_the_same_rays(lens: Lens) -> None:
    half = rescaled(lens, (SIZE[0] // 2, SIZE[1] // 2))
    # The centre of the picture stays its centre; pixel centres are at integers.
    edge = (lens.camera.centre[0] + 0.5) / 2.0 - 0.5
    np.testing.assert_allclose(half.camera.centre[0], edge)
    np.testing.assert_allclose(half.camera.focal, lens.camera.focal / 2.0)
    with pytest.raises(CalibrationError, match="another aspect"):
        rescaled(lens, (640, 480))
