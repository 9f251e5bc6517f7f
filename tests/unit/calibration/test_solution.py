"""Placing cameras: accuracy, honest covariance, missing links, symmetric boards and clocks that disagree."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.boards import Board
from calibration.detection.detection import Detection
from calibration.errors import CalibrationError
from calibration.extrinsics.board_sightings import BoardPicture, relabelled
from calibration.extrinsics.solution import clocks_of, look_at_clocks, solve
from calibration.formats.units import scaled
from calibration.kernels.board_view import CAMERA
from calibration.quality.common_times import at_common_times
from calibration.quality.scores import score
from geometry import se3
from geometry.camera_model import CameraArrays
from geometry.rig import Rig
from tests.support.virtual_boards import (
    BIG_BOARD,
    Noise,
    aligned_errors,
    known_lenses,
    moving_boards,
    pictures_of_boards,
    ring,
    seen,
    unsynchronised_pictures,
    waved_boards,
)

Array = NDArray[np.float64]


@pytest.mark.parametrize(("cameras", "instants"), [(4, 300), (8, 300), (16, 120)])
def test_rings_of_cameras_are_placed_to_a_millimetre(cameras: int, instants: int) -> None:
    rig, noise = ring(cameras), Noise(0.3, np.random.default_rng(0))
    pictures = pictures_of_boards(rig, BIG_BOARD, waved_boards(instants, BIG_BOARD, tilt_rad=0.6), noise)
    solution = solve(BIG_BOARD, known_lenses(rig), pictures, timed=False)
    apart_m, turned_rad = aligned_errors(solution.rig, rig)
    assert apart_m.max() < 1e-3
    assert np.rad2deg(turned_rad).max() < 0.05
    assert np.rad2deg(np.median(turned_rad)) < 0.03


def test_cameras_that_face_each_other_are_linked_over_their_neighbours() -> None:
    """Cameras on opposite sides of the ring never see the board together."""
    rig, noise = ring(8), Noise(0.3, np.random.default_rng(5))
    every = pictures_of_boards(rig, BIG_BOARD, waved_boards(240, BIG_BOARD, tilt_rad=0.6), noise)
    near = [p for p in every if (p.camera - p.instant) % 8 in (0, 1, 2, 3)]
    solution = solve(BIG_BOARD, known_lenses(rig), near, timed=False)
    assert 4 not in {(link.b - link.a) % 8 for link in solution.links}
    apart_m, _ = aligned_errors(solution.rig, rig)
    assert apart_m.max() < 1e-3


def test_stated_deviations_of_camera_poses_cover_the_truth() -> None:
    inside: list[NDArray[np.bool_]] = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        rig, noise = ring(4, seed=seed), Noise(0.3, rng)
        lenses = known_lenses(rig)
        for lens in lenses:  # as learnt: off by their own deviation
            lens.camera.focal[:] += rng.normal(0, 0.5, 2)
            lens.camera.centre[:] += rng.normal(0, 0.5, 2)
            lens.camera.distortion[:, :4] += rng.normal(0, 2e-3, 4)
        boards = waved_boards(60, BIG_BOARD, seed=seed, tilt_rad=0.6)
        solution = solve(BIG_BOARD, lenses, pictures_of_boards(rig, BIG_BOARD, boards, noise), timed=False)
        sd = np.sqrt(np.diag(solution.adjustment.covariance())).reshape(4, CAMERA)[:, :6]
        found = solution.adjustment.state.cameras
        reference = rig.cameras[solution.reference].T_camera_world
        for i, camera in enumerate(rig.cameras):
            if i == solution.reference:
                continue
            truth = camera.T_camera_world @ se3.invert(reference)
            turn = found.R[i] @ truth[:3, :3].T
            error = np.concatenate([found.t[i] - turn @ truth[:3, 3], se3.vector_from_rotation(turn)])
            inside.append(np.abs(error) < 1.96 * sd[i])
    assert 0.90 <= np.mean(inside) <= 0.985


def test_a_camera_that_shares_nothing_is_left_out_and_named() -> None:
    rig, noise = ring(5), Noise(0.3, np.random.default_rng(1))
    pictures = pictures_of_boards(rig, BIG_BOARD, waved_boards(120, BIG_BOARD, tilt_rad=0.6), noise)
    lonely = [p for p in pictures if p.camera != 2 or all(q.camera == 2 for q in pictures if q.instant == p.instant)]
    solution = solve(BIG_BOARD, known_lenses(rig), lonely, timed=False)
    assert solution.linked.tolist() == [True, True, False, True, True]
    assert solution.rig.names == ("cam01", "cam02", "cam04", "cam05")


def test_too_little_seen_together_is_counted() -> None:
    rig, noise = ring(3), Noise(0.3, np.random.default_rng(1))
    pictures = pictures_of_boards(rig, BIG_BOARD, waved_boards(60, BIG_BOARD), noise)
    alone = [p for p in pictures if p.camera == p.instant % 3]
    with pytest.raises(CalibrationError, match=r"in 0 frames.*cam01 \d+, cam02 \d+, cam03 \d+"):
        solve(BIG_BOARD, known_lenses(rig), alone, timed=False)


def test_a_board_that_looks_the_same_upside_down_is_numbered_by_agreement() -> None:
    board = Board("checkerboard", 8, 6, 0.1)
    rig, rng = ring(4), np.random.default_rng(2)
    pictures = pictures_of_boards(rig, board, waved_boards(120, board, tilt_rad=0.6), Noise(0.3, rng))
    shuffled = [relabelled(p, board.look_alikes[int(rng.integers(2))]) for p in pictures]
    solution = solve(board, known_lenses(rig), shuffled, timed=False)
    apart_m, _ = aligned_errors(solution.rig, rig)
    assert apart_m.max() < 2e-3


def _carried(rig_seed: int, late_s: list[float], told: bool) -> tuple[list[BoardPicture], float]:
    """Pictures of a carried board; `told` says whether timestamps know how late each camera was."""
    rig, noise = ring(4, seed=rig_seed), Noise(0.3, np.random.default_rng(rig_seed))
    times = np.arange(0.0, 12.0, 0.1)
    pictures: list[BoardPicture] = []
    for c, late in enumerate(late_s):
        stamps = times + (late if told else 0.0)
        for k, pose in enumerate(moving_boards(times + late, BIG_BOARD)):
            found = seen(rig, c, BIG_BOARD, pose)
            if found:
                pictures.append(BoardPicture(c, k, float(stamps[k]), noise(found)))
    truth = solve(BIG_BOARD, known_lenses(rig), pictures, timed=told)
    return pictures, float(aligned_errors(truth.rig, rig)[0].max())


def test_timestamps_of_unsynchronised_cameras_are_worth_having() -> None:
    late = [0.0, 0.02, -0.03, 0.015]
    _, with_times = _carried(0, late, told=True)
    _, without = _carried(0, late, told=False)
    assert with_times < 2e-3
    assert without > 3 * with_times


def test_a_camera_that_is_late_is_found_by_its_lateness() -> None:
    rig = ring(4)
    late = [0.0, 0.1, 0.0, 0.02]
    pictures = unsynchronised_pictures(rig, BIG_BOARD, 12.0, 10.0, late, Noise(0.3, np.random.default_rng(3)))
    solution = solve(BIG_BOARD, known_lenses(rig), pictures, timed=True)
    found = solution.adjustment
    clocks = look_at_clocks(found.task.sightings, found.state, found.task.free, solution.reference)
    relative = np.array(late) - late[solution.reference]
    np.testing.assert_allclose(clocks.offset_s, relative, atol=2e-3)
    others = np.arange(4) != solution.reference
    assert np.all(clocks.offset_sd_s[others] < 5e-3)
    assert clocks.rms_px < 0.5 < found.rms_px


def test_a_rig_solved_with_offsets_stands_where_synchronised_cameras_would_put_it() -> None:
    rig = ring(4)
    late = [0.0, 0.1, -0.04, 0.02]
    pictures = unsynchronised_pictures(rig, BIG_BOARD, 12.0, 10.0, late, Noise(0.3, np.random.default_rng(3)))
    lenses = known_lenses(rig)
    modelled = solve(BIG_BOARD, lenses, pictures, timed=True, offsets=True)
    clocks = clocks_of(modelled.adjustment)
    np.testing.assert_allclose(clocks.offset_s, np.array(late) - late[modelled.reference], atol=2e-3)
    ignored = solve(BIG_BOARD, lenses, pictures, timed=True)
    apart_m, _ = aligned_errors(modelled.rig, rig)
    assert apart_m.max() < 3e-3
    assert aligned_errors(ignored.rig, rig)[0].max() > 5 * apart_m.max()
    naive = score(BIG_BOARD, pictures, modelled.rig.arrays)
    at_once = score(BIG_BOARD, at_common_times(pictures, clocks.offset_s), modelled.rig.arrays)
    assert at_once.rms_px < 0.5
    assert naive.rms_px > 5 * at_once.rms_px


def test_corners_that_travel_straight_are_followed_exactly_to_a_common_time() -> None:
    ids, offset_s = np.arange(4), np.array([0.0, 0.03])
    place, speed = np.arange(8.0).reshape(4, 2) * 20.0, np.array([50.0, -30.0])
    pictures = [
        BoardPicture(c, k, 0.1 * k, Detection(ids[k % 2 :], (place + speed * (0.1 * k + offset_s[c]))[k % 2 :]))
        for c in (0, 1)
        for k in range(4)
    ]
    common = at_common_times(pictures, offset_s)
    assert {(p.camera, p.instant) for p in common} == {(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)}
    for picture in common:
        np.testing.assert_array_equal(picture.detection.ids, [1, 2, 3])
        np.testing.assert_allclose(picture.detection.uv, (place + speed * 0.1 * picture.instant)[1:], atol=1e-9)
    far = [replace(p, time_s=10.0 * p.time_s) for p in pictures]
    assert at_common_times(far, offset_s) == []


def test_scores_of_the_true_rig_are_the_noise() -> None:
    rig, noise = ring(4), Noise(0.3, np.random.default_rng(4))
    boards = waved_boards(60, BIG_BOARD, tilt_rad=0.6)
    pictures = pictures_of_boards(rig, BIG_BOARD, boards, noise)
    exact = score(BIG_BOARD, pictures_of_boards(rig, BIG_BOARD, boards, Noise(0.0, noise.rng)), rig.arrays)
    assert exact.rms_px < 1e-6
    assert exact.scale_rmse_m < 1e-9
    noisy = score(BIG_BOARD, pictures, rig.arrays)
    # Each point is fitted to its own pixels: what is left of the noise is sqrt((2 m - 3) / (2 m)) for m views.
    assert 0.2 < noisy.rms_px < 0.3 * np.sqrt(2)
    assert abs(noisy.scale_bias_relative) < 1e-3
    larger = score(BIG_BOARD, pictures, _scaled_arrays(rig, 1.1))
    assert larger.scale_bias_relative == pytest.approx(0.1, abs=2e-3)


def _scaled_arrays(rig: Rig, factor: float) -> CameraArrays:
    return scaled(rig, factor).arrays
