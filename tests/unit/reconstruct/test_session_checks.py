"""Notices about sessions that do not hang together."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.rig import Rig
from reconstruct.estimator import trial_smoother
from reconstruct.estimator.known_body import known_body
from reconstruct.estimator.session import SeenTrial, SessionTrial
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF, N_POINTS, offset_index
from reconstruct.recording import Purpose
from reconstruct.session_checks import session_notices
from tests.rigs import ring
from tests.support.drawn_trials import CAMERAS, PRIOR, draw_trial, solve

KNEE = DOF_NAMES.index("knee_flexion_r")


@pytest.fixture(scope="module")
def rig() -> Rig:
    return ring(CAMERAS)


@pytest.fixture(scope="module")
def static(rig: Rig) -> tuple[SeenTrial, SessionTrial]:
    """Somebody of average build who stands perfectly still."""
    seen, x, _, belief = draw_trial(rig, 1, frames=6)
    problem, at = solve(rig, seen, belief, x[:, :N_DOF])
    smoothed = trial_smoother.posterior(problem, at)
    standing = np.zeros_like(x)
    standing[:, 2] = 0.9
    body = replace(smoothed, x=standing, belief=belief)
    points = np.tile(body_points(standing[0, :N_DOF], belief.geometry, PRIOR.coupling.array), (6, 1, 1))
    trial = SeenTrial(seen, points, np.zeros((*points.shape, 3)), Purpose.STATIC)
    return trial, SessionTrial(body, problem, np.ones(N_POINTS), seen.bias_sd)


def moving(seen: SeenTrial, scale: float = 1.0) -> SeenTrial:
    return replace(seen, purpose=Purpose.MOVEMENT, points=scale * seen.points)


def test_a_sound_session_is_not_commented(static: tuple[SeenTrial, SessionTrial]) -> None:
    seen, smoothed = static
    assert session_notices([seen, moving(seen)], [smoothed, smoothed], known_body(smoothed.body.belief)) == ()


def test_a_static_trial_that_moves(static: tuple[SeenTrial, SessionTrial]) -> None:
    seen, smoothed = static
    x = smoothed.body.x.copy()
    x[:, KNEE] = np.radians(np.linspace(0.0, 30.0, len(x)))
    restless = replace(smoothed, body=replace(smoothed.body, x=x))
    notice, *_ = session_notices([seen, moving(seen)], [restless, smoothed], None)
    assert notice.startswith("the static trial is not still: hips or knees vary by 10 deg")


def test_a_heel_off_the_floor(static: tuple[SeenTrial, SessionTrial]) -> None:
    seen, smoothed = static
    mean = smoothed.body.belief.mean.copy()
    mean[offset_index("RHeel") + 1] += 0.10
    tiptoe = replace(smoothed, body=replace(smoothed.body, belief=replace(smoothed.body.belief, mean=mean)))
    (notice,) = session_notices([seen, moving(seen)], [tiptoe, smoothed], None)
    assert "the heel of the right foot" in notice


def test_a_static_trial_of_somebody_else(static: tuple[SeenTrial, SessionTrial]) -> None:
    seen, smoothed = static
    trials, session = [seen, moving(seen, 1.1)], [smoothed, smoothed]
    notices = session_notices(trials, session, known_body(smoothed.body.belief))
    assert [notice.split(" is of")[0] for notice in notices] == ["the static trial", "--subject"]
    assert "924 mm" in notices[0]
