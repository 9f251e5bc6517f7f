"""Bundle adjustment: projections against OpenCV, Jacobians against differences, covariances against many trials."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.bundle.adjust import Knowledge, adjust
from calibration.bundle.motion import board_views, moving, nearest_instants, still
from calibration.bundle.problem import Corners, Sightings, State
from calibration.bundle.solver import Task, linearise, misses
from calibration.kernels.board_view import CAMERA, COLUMNS, OFFSET, READOUT, view_point
from geometry import se3
from geometry.camera_model import CameraArrays

Array = NDArray[np.float64]

STEP = 1e-6


def _cameras(rng: np.random.Generator, fisheye: bool) -> CameraArrays:
    return CameraArrays(
        np.array([[800.0, 810.0], [700.0, 690.0]]),
        np.array([[640.0, 360.0], [600.0, 300.0]]),
        rng.normal(size=(2, 8)) * 0.03,
        np.array([False, fisheye]),
        se3.rotation_from_vector(rng.normal(size=(2, 3)) * 0.2),
        np.array([[0.0, 0.0, 3.0], [0.2, 0.1, 2.5]]),
    )


def _state(rng: np.random.Generator, knots: int, fisheye: bool = False) -> State:
    turns = se3.rotation_from_vector(rng.normal(size=(knots, 3)) * 0.2)
    return State(_cameras(rng, fisheye), np.array([0.0, 0.02]), np.zeros(2), turns, rng.normal(size=(knots, 3)) * 0.1)


def _sightings(rng: np.random.Generator, knots: int) -> Sightings:
    """Both cameras see every instant, a little off its time."""
    n = 6
    pictures = 2 * knots
    points = np.tile(np.concatenate([rng.uniform(-0.2, 0.2, (n, 2)), np.zeros((n, 1))], axis=1), (pictures, 1))
    knot_time = np.arange(knots, dtype=np.float64) * 0.1
    return Sightings(
        Corners(points, rng.uniform(0, 700, (n * pictures, 2)), rng.uniform(-0.5, 0.5, n * pictures)),
        np.arange(pictures + 1) * n,
        np.tile([0, 1], knots),
        np.repeat(np.arange(knots), 2),
        np.repeat(knot_time, 2) + rng.uniform(-0.03, 0.03, pictures),
        knot_time,
    )


@pytest.mark.parametrize("fisheye", [False, True])
def test_a_still_point_projects_as_opencv_projects_it(fisheye: bool) -> None:
    rng = np.random.default_rng(3)
    state, point = _state(rng, 1, fisheye), np.array([[0.1, -0.05, 0.02]])
    c = 1
    camera = state.cameras
    T = se3.compose(camera.R[c], camera.t[c]) @ se3.compose(state.board_R[0], state.board_t[0])
    K = np.array(
        [[camera.focal[c, 0], 0, camera.centre[c, 0]], [0, camera.focal[c, 1], camera.centre[c, 1]], [0, 0, 1]]
    )
    uv = view_point(
        camera,
        state.readout_s,
        c,
        state.board_R[0],
        state.board_t[0],
        np.zeros(6),
        point[0],
        0.0,
        np.empty((2, COLUMNS)),
    )
    vector = se3.vector_from_rotation(T[:3, :3])
    if fisheye:
        theirs, _ = cv2.fisheye.projectPoints(point[None], vector, T[:3, 3], K, camera.distortion[c, :4])
    else:
        theirs, _ = cv2.projectPoints(point, vector, T[:3, 3], K, camera.distortion[c])
    np.testing.assert_allclose(uv, theirs.ravel(), atol=1e-8)


@pytest.mark.parametrize("camera", [0, 1], ids=["pinhole", "fisheye"])
@pytest.mark.parametrize("seed", range(4))
def test_every_column_of_the_point_jacobian_is_a_difference_quotient(camera: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    state = replace(_state(rng, 1, fisheye=True), readout_s=np.array([0.02, 0.03]))
    twist, point, row = rng.normal(size=6), rng.normal(size=3) * 0.1, 0.3
    jacobian = np.empty((2, COLUMNS))

    def pixel(state: State, out: Array | None = None) -> Array:
        rows = np.empty((2, COLUMNS)) if out is None else out
        R, t = state.board_R[0], state.board_t[0]
        return np.array(view_point(state.cameras, state.readout_s, camera, R, t, twist, point, row, rows))

    pixel(state, jacobian)
    for column in range(COLUMNS):
        if column == OFFSET:
            continue
        camera_step, board_step = np.zeros((2, CAMERA)), np.zeros((1, 6))
        (camera_step[camera : camera + 1] if column < CAMERA else board_step)[0, column % CAMERA] = STEP
        forward, backward = state.moved(camera_step, board_step), state.moved(-camera_step, -board_step)
        quotient = (pixel(forward) - pixel(backward)) / (2 * STEP)
        np.testing.assert_allclose(jacobian[:, column], quotient, rtol=1e-5, atol=1e-4, err_msg=f"column {column}")
    slid = twist * STEP
    later = replace(
        state,
        board_R=state.board_R @ se3.rotation_from_vector(slid[3:]),
        board_t=state.board_t + state.board_R[0] @ slid[:3],
    )
    np.testing.assert_allclose(jacobian[:, OFFSET], (pixel(later) - pixel(state)) / STEP, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("timed", [False, True])
def test_the_gradient_over_all_unknowns_is_that_of_the_cost(timed: bool) -> None:
    rng = np.random.default_rng(7)
    sightings, state = _sightings(rng, 5), _state(rng, 5)
    instant = nearest_instants(sightings, state.offset_s) if timed else None
    free = np.ones((2, CAMERA), dtype=np.bool_)
    task = Task(
        sightings,
        instant,
        np.ones(len(sightings.corners.uv)),
        free,
        np.zeros((2, CAMERA, CAMERA)),
        np.zeros((2, CAMERA)),
    )
    equations = linearise(task, state, np.zeros((2, CAMERA)))

    def cost(camera_step: Array, board_step: Array) -> float:
        moved = state.moved(camera_step, board_step)
        return float((misses(sightings, moved, task.views(moved)) ** 2).sum())

    for column in [c for c in range(CAMERA) if c != READOUT]:
        step = np.zeros((2, CAMERA))
        step[1, column] = STEP
        quotient = -(cost(step, np.zeros((5, 6))) - cost(-step, np.zeros((5, 6)))) / (4 * STEP)
        np.testing.assert_allclose(equations.a[1, column], quotient, rtol=1e-4, atol=1e-1, err_msg=f"camera {column}")
    for knot in range(5):
        for column in range(6):
            step = np.zeros((5, 6))
            step[knot, column] = STEP
            quotient = -(cost(np.zeros((2, CAMERA)), step) - cost(np.zeros((2, CAMERA)), -step)) / (4 * STEP)
            np.testing.assert_allclose(equations.d.reshape(5, 6)[knot, column], quotient, rtol=1e-4, atol=1e-1)


def test_a_parabolic_path_is_followed_exactly() -> None:
    """Constant acceleration without turning: what three instants determine."""
    rng = np.random.default_rng(1)
    sightings = _sightings(rng, 6)
    acceleration, velocity = np.array([0.3, -0.2, 1.0]), np.array([0.5, 0.1, -0.4])

    def place(t: Array) -> Array:
        return t[:, None] * velocity + 0.5 * t[:, None] ** 2 * acceleration

    R = np.broadcast_to(se3.rotation_from_vector([0.3, 0.1, 0.2]), (6, 3, 3)).copy()
    state = State(_cameras(rng, False), np.zeros(2), np.zeros(2), R, place(sightings.knot_time_s))
    instant = nearest_instants(sightings, state.offset_s)
    views = board_views(moving(sightings, instant, state.offset_s), state)
    inner = (instant > 0) & (instant < 5)
    np.testing.assert_allclose(views.t[inner], place(sightings.time_s)[inner], atol=1e-12)
    speed = np.einsum("kij,kj->ki", np.swapaxes(R[instant], 1, 2), velocity + sightings.time_s[:, None] * acceleration)
    np.testing.assert_allclose(views.twist[inner, :3], speed[inner], atol=1e-10)


def test_a_picture_at_its_instant_needs_no_neighbours() -> None:
    rng = np.random.default_rng(2)
    sightings, state = _sightings(rng, 4), _state(rng, 4)
    exact = replace(sightings, time_s=sightings.knot_time_s[sightings.knot])
    state = replace(state, offset_s=np.zeros(2))
    there = board_views(moving(exact, exact.knot, state.offset_s), state)
    here = board_views(still(exact), state)
    np.testing.assert_allclose(there.R, here.R, atol=1e-12)
    np.testing.assert_allclose(there.t, here.t, atol=1e-12)


def _exact(sightings: Sightings, state: State) -> Sightings:
    """Sightings with the pixels that this state predicts."""
    blank = replace(sightings, corners=sightings.corners._replace(uv=np.zeros_like(sightings.corners.uv)))
    return replace(blank, corners=blank.corners._replace(uv=-misses(blank, state, board_views(still(blank), state))))


def test_covariance_covers_what_it_claims() -> None:
    """Of the errors of all free parameters, over many noisy repetitions, 95 % lie within 1.96 deviations."""
    rng = np.random.default_rng(5)
    state = replace(_state(rng, 40), offset_s=np.zeros(2))
    exact = _exact(_sightings(rng, 40), state)
    free = np.zeros((2, CAMERA), dtype=np.bool_)
    free[1, :6] = True
    free[:, 6:12] = True
    inside: list[NDArray[np.bool_]] = []
    deviations: list[float] = []
    for _ in range(40):
        noisy = exact.corners._replace(uv=exact.corners.uv + rng.normal(0, 0.3, exact.corners.uv.shape))
        found = adjust(replace(exact, corners=noisy), state, free, Knowledge.none(state), timed=False)
        sd = np.sqrt(np.diag(found.covariance())).reshape(2, CAMERA)
        turn = found.state.cameras.R @ np.swapaxes(state.cameras.R, 1, 2)
        error = np.zeros((2, CAMERA))
        error[:, :3] = found.state.cameras.t - np.einsum("cij,cj->ci", turn, state.cameras.t)
        error[:, 3:6] = se3.vector_from_rotation(turn)
        error[:, 6:8] = found.state.cameras.focal - state.cameras.focal
        error[:, 8:10] = found.state.cameras.centre - state.cameras.centre
        error[:, 10:18] = found.state.cameras.distortion - state.cameras.distortion
        inside.append(np.abs(error[free]) < 1.96 * sd[free])
        deviations.append(1.0 / float(np.sqrt(np.median(found.task.weight))))
    assert 0.90 < np.mean(inside) < 0.98
    assert np.mean(deviations) == pytest.approx(0.3, rel=0.05)


def test_a_tenth_of_wild_corners_hardly_moves_the_solution() -> None:
    rng = np.random.default_rng(6)
    state = replace(_state(rng, 40), offset_s=np.zeros(2))
    exact = _exact(_sightings(rng, 40), state)
    uv = exact.corners.uv + rng.normal(0, 0.3, exact.corners.uv.shape)
    wild = rng.random(len(uv)) < 0.1
    uv[wild] += rng.normal(0, 30.0, (wild.sum(), 2))
    free = np.zeros((2, CAMERA), dtype=np.bool_)
    free[1, :6] = True
    found = adjust(
        replace(exact, corners=exact.corners._replace(uv=uv)), state, free, Knowledge.none(state), timed=False
    )
    assert np.linalg.norm(found.state.cameras.t[1] - state.cameras.t[1]) < 0.01


def test_prior_knowledge_holds_what_nothing_else_determines() -> None:
    rng = np.random.default_rng(8)
    state = replace(_state(rng, 3), offset_s=np.zeros(2))
    exact = _exact(_sightings(rng, 3), state)
    free = np.zeros((2, CAMERA), dtype=np.bool_)
    free[:, 6:18] = True
    knowledge = Knowledge.none(state)
    knowledge.precision[:, 6:18, 6:18] = np.eye(12) * 1e8
    found = adjust(exact, state, free, knowledge, timed=False)
    np.testing.assert_allclose(found.state.cameras.focal, state.cameras.focal, atol=1e-2)
