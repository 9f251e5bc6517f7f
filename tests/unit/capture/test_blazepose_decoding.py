import math

import numpy as np
import pytest

from capture.detectors.blazepose.landmarks import refine
from capture.detectors.blazepose.person_detector import anchors, decode, merge_overlapping
from capture.detectors.blazepose.regions import Region, around_person, squares_along, whole_image


def test_anchors_are_cell_centres_of_five_layers() -> None:
    centres = anchors()
    assert centres.shape == (2254, 2)
    np.testing.assert_allclose(centres[[0, 1, 2]], [[0.5 / 28] * 2, [0.5 / 28] * 2, [1.5 / 28, 0.5 / 28]])
    np.testing.assert_allclose(centres[28 * 28 * 2 + 2], [1.5 / 14, 0.5 / 14])
    np.testing.assert_allclose(centres[-1], [6.5 / 7] * 2)
    assert len(np.unique(centres[-294:], axis=0)) == 49


def test_decoding_keeps_sure_candidates_best_first() -> None:
    raw = np.zeros((3, 12), dtype=np.float32)
    raw[:, :4] = [22.4, -22.4, 112, 56]
    raw[:, 4:8] = [0, 0, 0, -44.8]
    centres = np.array([[0.5, 0.5], [0.25, 0.75], [0.1, 0.1]])
    boxes, scores = decode(raw, np.array([1.0, 500.0, -0.1], dtype=np.float32), centres)
    np.testing.assert_allclose(scores, [1.0, 1 / (1 + math.exp(-1))])
    np.testing.assert_allclose(boxes[0, :8], [0.35, 0.65, 0.5, 0.25, 0.25, 0.75, 0.25, 0.55], atol=1e-7)


def test_overlapping_candidates_become_one_by_score() -> None:
    def box(u: float) -> list[float]:
        return [u, 0.5, 0.4, 0.4, *[u] * 8]

    merged = merge_overlapping(np.array([box(0.30), box(0.34), box(0.9)]), np.array([0.9, 0.6, 0.5]))
    assert len(merged) == 2
    np.testing.assert_allclose(merged[0][0][0], (0.9 * 0.30 + 0.6 * 0.34) / 1.5)
    assert merged[0][1] == 0.9
    np.testing.assert_allclose(merged[1][0], box(0.9))


def test_degenerate_boxes_still_end() -> None:
    assert len(merge_overlapping(np.zeros((3, 12)), np.array([0.9, 0.8, 0.7]))) == 3
    assert merge_overlapping(np.zeros((0, 12)), np.zeros(0)) == []


def test_upright_person_is_not_turned_and_a_lying_one_is_by_a_quarter() -> None:
    standing = around_person(np.array([100.0, 200.0]), np.array([100.0, 120.0]))
    assert standing.angle == pytest.approx(0.0)
    assert standing.side == pytest.approx(200.0)
    assert around_person(np.zeros(2), np.array([80.0, 0.0])).angle == pytest.approx(math.pi / 2)


def test_region_cuts_where_it_places() -> None:
    image = np.zeros((300, 400, 3), dtype=np.uint8)
    target = np.array([230, 140])
    image[target[1], target[0]] = 255
    region = Region(np.array([200.0, 150.0]), 128.0, 0.4)
    cut = region.cut(image, 128)
    row, column = np.unravel_index(int(cut[..., 0].argmax()), cut.shape[:2])
    found = region.place((np.array([[column, row]]) + 0.5) / 128)[0]
    assert np.linalg.norm(found - target) < 1.0


def test_cutting_and_placing_agree_to_a_fraction_of_a_pixel_of_the_picture() -> None:
    rows, columns = np.mgrid[:300, :400]
    image = np.stack([rows / 2, columns / 2, rows * 0], axis=-1).round().astype(np.uint8)
    region = Region(np.array([190.0, 160.0]), 100.0, -0.3)
    cut = region.cut(image, 50).astype(float)
    places = region.place((np.argwhere(np.ones((50, 50)))[:, ::-1] + 0.5) / 50).reshape(50, 50, 2)
    np.testing.assert_allclose(2 * cut[..., 1].mean(), places[..., 0].mean(), atol=0.1)
    np.testing.assert_allclose(2 * cut[..., 0].mean(), places[..., 1].mean(), atol=0.1)


def test_whole_image_is_a_square_around_it() -> None:
    corners = whole_image(np.zeros((100, 300, 3), dtype=np.uint8)).place(np.array([[0.0, 0.0], [1.0, 1.0]]))
    np.testing.assert_allclose(corners, [[-0.5, -100.5], [299.5, 199.5]])


@pytest.mark.parametrize("shape", [(1080, 1920), (1920, 1080), (480, 640), (100, 1000)])
def test_squares_cover_the_image_and_overlap_by_half(shape: tuple[int, int]) -> None:
    squares = squares_along(np.zeros((*shape, 3), dtype=np.uint8))
    corners = np.array([square.place(np.array([[0.0, 0.0], [1.0, 1.0]])) for square in squares])
    np.testing.assert_allclose(corners[:, 0].min(axis=0), [-0.5, -0.5])
    np.testing.assert_allclose(corners[:, 1].max(axis=0), [shape[1] - 0.5, shape[0] - 0.5])
    steps = np.diff(corners[:, 0], axis=0).max(axis=1)
    assert (steps <= min(shape) / 2 + 1e-9).all()


def test_a_square_image_has_no_squares_along_it() -> None:
    assert squares_along(np.zeros((50, 50, 3), dtype=np.uint8)) == []


def refine_by_loops(point: np.ndarray, heatmap: np.ndarray) -> np.ndarray:
    """MediaPipe's refine_landmarks_from_heatmap, written out."""
    height, width = heatmap.shape
    column, row = math.floor(point[0] * width), math.floor(point[1] * height)
    if not (0 <= column < width and 0 <= row < height):
        return point
    mass = right = down = hottest = 0.0
    for i in range(max(0, row - 3), min(height, row + 4)):
        for j in range(max(0, column - 3), min(width, column + 4)):
            heat = 1 / (1 + math.exp(-heatmap[i, j]))
            mass, right, down = mass + heat, right + heat * j, down + heat * i
            hottest = max(hottest, heat)
    return np.array([right / mass / width, down / mass / height]) if hottest >= 0.5 else point


def test_refinement_equals_the_reference_written_as_loops() -> None:
    rng = np.random.default_rng(3)
    points = np.concatenate([rng.uniform(-0.1, 1.1, (60, 2)), [[0, 0], [0.9999, 0.9999], [1, 1], [0.5, 0.5]]])
    heatmaps = rng.normal(-3, 2, (64, 48, len(points))).astype(np.float32)
    heatmaps[..., -1] = -9
    expected = [refine_by_loops(point, heatmaps[..., i]) for i, point in enumerate(points)]
    np.testing.assert_allclose(refine(points, heatmaps), expected, atol=1e-12)
    assert not np.allclose(refine(points, heatmaps), points)
