"""Knowing that the two sides of a person are alike, against the information form of the same update."""

import numpy as np
import pytest

from reconstruct.estimator.belief import FIRST_MEAN, Belief, first_belief
from reconstruct.estimator.priors import MEAN_DOFS, motion_prior
from reconstruct.estimator.symmetry import BODY, STANCE, Pair, given_alike
from reconstruct.kernels.skeleton import DOF_NAMES, THIGH_L, THIGH_R, offset_index

BIAS_SD_PX = np.full((2, 16), 4.0)


@pytest.fixture
def belief() -> Belief:
    return first_belief(0.84, motion_prior(), BIAS_SD_PX)


def test_conditioning_is_the_sum_of_information(belief: Belief) -> None:
    rng = np.random.default_rng(0)
    drawn = Belief(belief.mean + 0.01 * rng.normal(size=len(belief.mean)), belief.covariance)
    pairs = (*BODY, *STANCE)
    H = np.zeros((len(pairs), len(belief.mean)))
    H[range(len(pairs)), [pair.right for pair in pairs]] = 1.0
    H[range(len(pairs)), [pair.left for pair in pairs]] = [-pair.sign for pair in pairs]
    weights = np.array([pair.sd**-2 for pair in pairs])
    prior = np.linalg.inv(drawn.covariance)
    information = prior + H.T @ (weights[:, None] * H)
    given = given_alike(drawn, pairs)
    np.testing.assert_allclose(given.covariance, np.linalg.inv(information), atol=1e-12)
    np.testing.assert_allclose(given.mean, np.linalg.solve(information, prior @ drawn.mean), atol=1e-12)


def test_a_person_is_known_no_better_than_the_average_but_each_side_by_the_other(belief: Belief) -> None:
    given = given_alike(belief, BODY)
    before, after = (b.covariance[np.ix_([THIGH_R, THIGH_L], [THIGH_R, THIGH_L])] for b in (belief, given))
    assert after.sum() == pytest.approx(before.sum())
    assert np.sqrt(after[0, 0] + after[1, 1] - 2.0 * after[0, 1]) == pytest.approx(0.006, rel=0.01)


def test_what_lies_outwards_on_the_right_lies_outwards_on_the_left(belief: Belief) -> None:
    mean = belief.mean.copy()
    mean[offset_index("RSmallToe") + 2] += 0.02
    given = given_alike(Belief(mean, belief.covariance), BODY)
    moved = given.mean - mean
    assert moved[offset_index("RSmallToe") + 2] < -0.002
    assert moved[offset_index("LSmallToe") + 2] < -0.002


def test_stance_pairs_are_joint_means() -> None:
    names = [DOF_NAMES[MEAN_DOFS[pair.right - FIRST_MEAN]] for pair in STANCE]
    assert names == ["hip_rotation_r", "knee_adduction_r", "knee_rotation_r", "subtalar_r"]


def test_sides_that_differ_surely_pull_the_means_together(belief: Belief) -> None:
    mean = belief.mean.copy()
    mean[THIGH_R] += 0.02
    given = given_alike(Belief(mean, belief.covariance), [Pair(THIGH_R, THIGH_L, 1e-6)])
    assert given.mean[THIGH_R] == pytest.approx(given.mean[THIGH_L], abs=1e-6)
