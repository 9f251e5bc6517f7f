"""The virtual person differs from a model body in the ways that it says."""

import numpy as np
import pytest

from valgus.virtual_lab.kinematics import HALPE_26, keypoints, segments
from valgus.virtual_lab.motion import stand
from valgus.virtual_lab.person import virtual_person

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_legs_differ_by_up_to_three_per_cent(seed: int) -> None:
    person = virtual_person(seed)
    right, left = person.thigh
    assert 0.01 < abs(right / left - 1.0) <= 0.031
    assert np.all(person.thigh + person.shank == pytest.approx(0.82, rel=0.035))


@pytest.mark.parametrize("side", [0, 1])
def test_detected_hips_are_15_mm_off_the_joint_centres(side: int) -> None:
    person = virtual_person(0)
    body = segments(person, person.standing)
    seen = keypoints(person, person.standing)[0, HALPE_26.index(("RHip", "LHip")[side])]
    assert np.linalg.norm(seen - body.hip[0, side]) == pytest.approx(0.015, abs=0.0005)


def test_the_tibia_slides_back_as_the_knee_bends() -> None:
    person = virtual_person(0)
    bent = stand(person, np.zeros(1))
    bent.knee[..., 0] = np.pi / 2.0
    body = segments(person, bent)
    tibia_top = body.ankle + body.tibia[..., 1] * person.shank[:, None]
    in_femur = np.einsum("fsij,fsi->fsj", body.femur, tibia_top - body.knee)
    np.testing.assert_allclose(in_femur[0], [[-person.slide, 0.0, 0.0]] * 2, atol=1e-12)


def test_a_seed_is_a_person() -> None:
    again, other = virtual_person(4), virtual_person(5)
    assert np.array_equal(again.thigh, virtual_person(4).thigh)
    assert not np.array_equal(again.thigh, other.thigh)
