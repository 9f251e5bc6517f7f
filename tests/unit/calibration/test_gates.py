"""Every gate fires on a case built to trip it, names the culprit, and stays quiet on a right rig."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.extrinsics.board_sightings import BoardPicture
from calibration.extrinsics.placing import pose_boards
from calibration.extrinsics.solution import look_at_clocks, solve
from calibration.formats.units import scaled
from calibration.intrinsics.lens_fit import view_errors
from calibration.planar_pose import board_poses
from calibration.quality import gates
from calibration.quality.camera_moves import cameras_in_place, cameras_not_exchanged
from calibration.quality.comparison import compare
from calibration.quality.scores import score
from calibration.quality.tilt import tilt_agreement
from geometry import se3
from geometry.camera_model import normalise
from geometry.rig import Camera, Rig
from tests.support.virtual_boards import (
    BIG_BOARD,
    Noise,
    as_arrays,
    close_ups,
    known_lenses,
    pictures_of_boards,
    ring,
    unsynchronised_pictures,
    waved_boards,
)

Array = NDArray[np.float64]

RIG = ring(4)
BOARDS = waved_boards(60, BIG_BOARD, tilt_rad=0.6)
PICTURES = pictures_of_boards(RIG, BIG_BOARD, BOARDS, Noise(0.3, np.random.default_rng(0)))


def _with(rig: Rig, index: int, camera: Camera) -> Rig:
    return Rig(tuple(camera if i == index else other for i, other in enumerate(rig.cameras)))


def _turned(camera: Camera, vector_rad: Sequence[float]) -> Camera:
    turn = se3.compose(se3.rotation_from_vector(vector_rad), np.zeros(3))
    return replace(camera, T_camera_world=turn @ camera.T_camera_world)


def test_a_right_rig_passes_every_gate() -> None:
    whole = score(BIG_BOARD, PICTURES, RIG.arrays)
    posed = pose_boards(BIG_BOARD, PICTURES, RIG.arrays)
    judged = [
        gates.all_cameras_linked(np.ones(4, np.bool_), RIG.names),
        gates.reprojection("reprojection", whole, RIG),
        gates.scale(whole),
        gates.not_mirrored(tilt_agreement(BIG_BOARD, posed, RIG.arrays), RIG.names),
        gates.cameras_above_floor(RIG),
        gates.cameras_upright(RIG),
        gates.cameras_see_volume(RIG, np.array([0.0, 0.0, 1.0])),
        cameras_in_place(BIG_BOARD, PICTURES, RIG, whole),
        cameras_not_exchanged(BIG_BOARD, PICTURES, RIG, whole),
    ]
    assert [gate.name for gate in judged if not gate.passed] == []
    assert all(gate.detail == "" for gate in judged)


def test_a_camera_outside_the_graph_is_named() -> None:
    """It sees the board, but never when another camera does."""
    apart = [replace(p, instant=p.instant + 1000) if p.camera == 1 else p for p in PICTURES]
    gate = gates.all_cameras_linked(solve(BIG_BOARD, known_lenses(RIG), apart, timed=False).linked, RIG.names)
    assert not gate.passed
    assert (gate.value, gate.limit) == (3.0, 4.0)
    assert gate.detail.startswith("cam02:")


def test_a_tripod_bumped_by_one_degree_is_named() -> None:
    bumped = _with(RIG, 2, _turned(RIG.cameras[2], [0.0, np.deg2rad(1.0), 0.0]))
    whole = score(BIG_BOARD, PICTURES, bumped.arrays)
    assert not gates.reprojection("reprojection", whole, bumped).passed
    gate = cameras_in_place(BIG_BOARD, PICTURES, bumped, whole)
    assert not gate.passed
    assert gate.detail.startswith("cam03:")
    assert cameras_not_exchanged(BIG_BOARD, PICTURES, bumped, whole).passed


def test_two_cameras_with_exchanged_footage_are_named() -> None:
    to = {0: 3, 3: 0}
    exchanged = [replace(picture, camera=to.get(picture.camera, picture.camera)) for picture in PICTURES]
    whole = score(BIG_BOARD, exchanged, RIG.arrays)
    gate = cameras_not_exchanged(BIG_BOARD, exchanged, RIG, whole)
    assert not gate.passed
    assert gate.detail.startswith("cam01 and cam04:")


def test_a_lens_that_is_another_cameras_is_named() -> None:
    """Footage of two cameras exchanged between the lens and the rig recording."""
    matrix = RIG.cameras[1].matrix * [[0.7, 1, 1], [1, 0.7, 1], [1, 1, 1]]
    rig = _with(RIG, 1, replace(RIG.cameras[1], matrix=matrix, distortion=np.array([-0.1, 0.02, 0, 0, 0])))
    noise = Noise(0.3, np.random.default_rng(1))
    lenses = [as_arrays(camera) for camera in rig.cameras]
    views = [close_ups(rig, i, BIG_BOARD, 6, noise) for i in range(4)]
    views[0], views[1] = views[1], views[0]
    errors = np.array([[np.median(view_errors(BIG_BOARD, views[i], lens)) for lens in lenses] for i in range(4)])
    gate = gates.lenses_fit_footage(errors, rig.names)
    assert not gate.passed
    assert "cam01" in gate.detail
    assert "cam02" in gate.detail
    views[0], views[1] = views[1], views[0]
    errors = np.array([[np.median(view_errors(BIG_BOARD, views[i], lens)) for lens in lenses] for i in range(4)])
    assert gates.lenses_fit_footage(errors, rig.names).passed


def test_a_board_measured_ten_percent_wrong_shows_against_every_yardstick() -> None:
    wrong = scaled(RIG, 1.1)
    bias = gates.scale(score(BIG_BOARD, PICTURES, wrong.arrays))
    assert not bias.passed
    assert bias.value == pytest.approx(0.1, abs=2e-3)
    assert not gates.marker_size(0.75 / 1.1, BIG_BOARD).passed
    assert gates.marker_size(0.752, BIG_BOARD).passed
    assert not gates.known_distance(3.3, 3.0, "cam01 to cam02").passed
    assert gates.known_distance(3.01, 3.0, "cam01 to cam02").passed
    comparison = compare(wrong, RIG)
    assert comparison is not None
    assert not gates.same_scale(comparison.scale).passed
    assert gates.same_scale(1.001).passed


def test_a_camera_posed_by_a_planes_mirror_image_is_named() -> None:
    """Its pose comes from the reversed tilt of one far picture: good in that picture, absurd in all others."""
    far = max((p for p in PICTURES if p.camera == 1), key=lambda p: -np.ptp(p.detection.uv[:, 0]))
    xy = normalise(RIG.arrays, 1, far.detection.uv)
    reversed_tilt = board_poses(BIG_BOARD, far.detection, xy)[1]
    pose = reversed_tilt @ se3.invert(BOARDS[far.instant])
    mirrored = _with(RIG, 1, replace(RIG.cameras[1], T_camera_world=pose))
    posed = pose_boards(BIG_BOARD, PICTURES, mirrored.arrays)
    gate = gates.not_mirrored(tilt_agreement(BIG_BOARD, posed, mirrored.arrays), mirrored.names)
    assert not gate.passed
    assert gate.detail.startswith("cam02:")


def test_a_world_upside_down_puts_cameras_below_the_floor() -> None:
    under = RIG.moved(se3.compose(np.diag([1.0, -1.0, -1.0]), np.zeros(3)))
    gate = gates.cameras_above_floor(under)
    assert not gate.passed
    assert gate.value is not None
    assert gate.value < -1.5


def test_one_camera_upside_down_is_named() -> None:
    gate = gates.cameras_upright(_with(RIG, 3, _turned(RIG.cameras[3], [0.0, 0.0, np.pi])))
    assert not gate.passed
    assert gate.detail.startswith("cam04:")
    portrait = _with(RIG, 3, _turned(RIG.cameras[3], [0.0, 0.0, np.pi / 2]))
    assert gates.cameras_upright(portrait).passed


def test_a_camera_that_looks_away_is_named() -> None:
    away = _with(RIG, 1, _turned(RIG.cameras[1], [0.0, np.pi, 0.0]))
    gate = gates.cameras_see_volume(away, np.array([0.0, 0.0, 1.0]))
    assert not gate.passed
    assert gate.detail.startswith("cam02:")


def test_a_camera_a_tenth_of_a_second_late_is_named() -> None:
    late = [0.0, 0.0, 0.1, 0.0]
    pictures: list[BoardPicture] = unsynchronised_pictures(
        RIG, BIG_BOARD, 10.0, 10.0, late, Noise(0.3, np.random.default_rng(2))
    )
    solution = solve(BIG_BOARD, known_lenses(RIG), pictures, timed=True)
    found = solution.adjustment
    clocks = look_at_clocks(found.task.sightings, found.state, found.task.free, solution.reference)
    gate = gates.clocks(clocks.offset_s, clocks.offset_sd_s, solution.rig.names)
    assert not gate.passed
    assert gate.value == pytest.approx(100.0, abs=5.0)
    assert "cam03" in gate.detail or solution.reference == 2
    assert gates.clocks(np.array([0.0, 0.3]), np.array([0.0, 0.2]), ("a", "b")).passed


def test_a_board_that_never_left_its_corner_is_named() -> None:
    assert gates.lenses_cover_view(np.array([0.6, 0.2]), ("a", "b")).passed
    gate = gates.lenses_cover_view(np.array([0.6, 0.02]), ("a", "b"))
    assert not gate.passed
    assert gate.detail.startswith("b: the board was in 2 % of its picture")


def test_an_uncertain_focal_length_is_named() -> None:
    assert gates.lenses_known(np.array([0.001, 0.002]), ("a", "b")).passed
    gate = gates.lenses_known(np.array([0.001, 0.2]), ("a", "b"))
    assert not gate.passed
    assert gate.detail.startswith("b:")
