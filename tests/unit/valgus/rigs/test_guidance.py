"""Guidance: what is missing, in the order of urgency, and when it is enough."""

import numpy as np

from calibration.detection.detection import Detection
from calibration.extrinsics.board_sightings import BoardPicture
from capture.keypoint_sets import board_points
from capture.types import FrameSet, Keypoints2D
from valgus.rigs.guide.config import EnoughTable
from valgus.rigs.guide.floor import FloorWatch
from valgus.rigs.guide.guidance import guide

NAMES = ("left", "middle", "right")
SIZES = {0: (800, 600), 1: (800, 600), 2: (800, 600)}
ENOUGH = EnoughTable(views=6, coverage=0.5, shared=4)


def _everywhere(camera: int, instant: int) -> BoardPicture:
    """A board that fills the picture."""
    u, v = np.meshgrid(np.arange(50.0, 800.0, 100.0), np.arange(50.0, 600.0, 100.0))
    return BoardPicture(
        camera, instant, 0.1 * instant, Detection(np.arange(u.size), np.stack([u, v], -1).reshape(-1, 2))
    )


def _corner(camera: int, instant: int) -> BoardPicture:
    uv = np.array([[10.0, 10.0], [20.0, 10.0], [20.0, 20.0], [10.0, 20.0]])
    return BoardPicture(camera, instant, 0.1 * instant, Detection(np.arange(4), uv))


def test_enough_is_enough() -> None:
    found = guide(NAMES, [_everywhere(c, k) for c in range(3) for k in range(6)], SIZES, ENOUGH)
    assert found.enough
    assert found.shared[0, 2] == 6
    np.testing.assert_allclose(found.coverage, 1.0)
    assert found.line.endswith("enough")


def test_a_silent_camera_comes_first() -> None:
    found = guide(NAMES, [], {0: (800, 600)}, ENOUGH)
    assert found.missing[:2] == (
        "no picture comes from middle: is its node running?",
        "no picture comes from right: is its node running?",
    )


def test_views_then_coverage_then_links() -> None:
    seen = [_everywhere(0, k) for k in range(8)] + [_corner(1, k) for k in range(8)]
    seen += [_everywhere(2, k + (0 if k < 2 else 100)) for k in range(8)]
    found = guide(NAMES, seen, SIZES, ENOUGH)
    assert found.missing == (
        "move the board into every corner of the picture of middle",
        "show the board to left and right at once (2 of 4 instants)",
    )
    assert "show the board to right, tilted this way and that" in guide(NAMES, seen[:16], SIZES, ENOUGH).missing


def test_cameras_are_linked_over_others() -> None:
    seen = [_everywhere(c, k) for c in (0, 1) for k in range(6)]
    seen += [_everywhere(c, k) for c in (1, 2) for k in range(10, 16)]
    found = guide(NAMES, seen, SIZES, ENOUGH)
    assert found.shared[0, 2] == 0
    assert found.enough


def _frames(time_s: float, shift_px: float) -> FrameSet:
    uv = (np.arange(24.0).reshape(1, 12, 2) * 20.0 + shift_px).astype(np.float32)
    view = Keypoints2D(
        "left", 0, round(1e9 * time_s), 0, board_points(12).name, SIZES[0], uv, np.ones((1, 12), np.float32)
    )
    return FrameSet(round(1e9 * time_s), (view, None))


def test_only_a_board_at_rest_lies_on_the_floor() -> None:
    held, lying = FloorWatch(), FloorWatch()
    rng = np.random.default_rng(0)
    assert all(held.add(_frames(0.1 * k, 3.0 * np.sin(0.3 * k))) is None for k in range(60))
    found = [lying.add(_frames(0.1 * k, float(rng.normal(0, 0.05)))) for k in range(25)]
    assert found[5] is None
    pictures = found[-1]
    assert pictures is not None
    assert [picture.camera for picture in pictures] == [0]
    np.testing.assert_allclose(pictures[0].detection.uv, np.arange(24.0).reshape(12, 2) * 20.0, atol=0.1)
