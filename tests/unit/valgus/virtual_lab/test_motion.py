"""The scripted movements look like what they are called, and carry the faults that were asked for."""

import numpy as np
import pytest

from reconstruct.angle_names import ANGLE_NAMES
from valgus.virtual_lab import truth
from valgus.virtual_lab.kinematics import HALPE_26, keypoints, segments
from valgus.virtual_lab.motion import Fault, squat, stand, swing_legs
from valgus.virtual_lab.person import Person, Posture, virtual_person
from valgus.virtual_lab.trial import Movement

TIME = np.arange(0.0, 6.0, 1.0 / 30.0)
BOTTOM = 44


@pytest.fixture(params=range(4))
def person(request: pytest.FixtureRequest) -> Person:
    return virtual_person(request.param)


def degrees(person: Person, posture: Posture, name: str) -> np.ndarray:
    return np.rad2deg(truth.angles(segments(person, posture))[:, ANGLE_NAMES.index(name)])


def height(person: Person, posture: Posture, *names: str) -> np.ndarray:
    return keypoints(person, posture)[:, [HALPE_26.index(name) for name in names], 2]


def test_squats_go_deep_twice_in_six_seconds(person: Person) -> None:
    flexion = degrees(person, squat(person, TIME), "knee_flexion_r")
    deep = flexion > 85.0
    assert np.count_nonzero(np.diff(deep.astype(int)) == 1) == 2
    assert flexion[0] == pytest.approx(3.0, abs=0.1)
    assert flexion.max() < 110.0


def test_faults_add_up_to_what_was_asked_for(person: Person) -> None:
    faults = (Fault(10.0, 6.0, 5.0), Fault())
    healthy, faulty = (squat(person, TIME, f) for f in ((Fault(), Fault()), faults))
    for name, expected in (("hip_adduction", 10.0), ("hip_rotation", 6.0)):
        change = degrees(person, faulty, f"{name}_r") - degrees(person, healthy, f"{name}_r")
        assert change[BOTTOM] == pytest.approx(expected, abs=0.1)
        np.testing.assert_allclose(
            degrees(person, faulty, f"{name}_l"), degrees(person, healthy, f"{name}_l"), atol=1e-9
        )
    change = degrees(person, faulty, "knee_adduction_r") - degrees(person, healthy, "knee_adduction_r")
    assert change[BOTTOM] == pytest.approx(-5.0, abs=0.5)
    valgus = degrees(person, faulty, "apparent_valgus_r") - degrees(person, healthy, "apparent_valgus_r")
    assert valgus[BOTTOM] > 9.0


@pytest.mark.parametrize("movement", [stand, squat])
def test_feet_stay_on_the_floor(person: Person, movement: Movement) -> None:
    posture = movement(person, TIME)
    soles = height(person, posture, "RHeel", "LHeel", "RBigToe", "LBigToe", "RSmallToe", "LSmallToe")
    assert np.ptp(soles, axis=0).max() < 0.006
    assert 0.0 < soles.min() < soles.max() < 0.06
    ankles = keypoints(person, posture)[:, [HALPE_26.index("RAnkle"), HALPE_26.index("LAnkle")], :2]
    np.testing.assert_allclose(ankles.mean(axis=1), np.zeros((len(TIME), 2)), atol=0.01)


def test_ankles_are_neutral_when_standing(person: Person) -> None:
    for name in ("ankle_dorsiflexion", "ankle_inversion", "ankle_toe_in"):
        for side in "rl":
            assert abs(degrees(person, stand(person, TIME), f"{name}_{side}")).max() < 1.0
            assert degrees(person, person.standing, f"{name}_{side}")[0] == pytest.approx(0.0, abs=1e-9)


def test_functional_trial_lifts_one_leg_at_a_time_and_then_squats(person: Person) -> None:
    time_s = np.arange(0.0, 8.0, 1.0 / 30.0)
    heels = height(person, swing_legs(person, time_s), "RHeel", "LHeel")
    lifted = heels - heels[:1] > 0.02
    assert lifted[time_s < 2.8, 0].any()
    assert not lifted[time_s < 2.8, 1].any()
    assert lifted[(time_s > 2.9) & (time_s < 5.4), 1].any()
    assert not lifted[time_s > 2.9, 0].any()
    hips = height(person, swing_legs(person, time_s), "Hip")[:, 0]
    assert hips[0] - hips[time_s > 5.5].min() > 0.08


@pytest.mark.parametrize("movement", [squat, swing_legs])
def test_movements_are_smooth(person: Person, movement: Movement) -> None:
    time_s = np.arange(0.0, 8.0, 1.0 / 200.0)
    points = keypoints(person, movement(person, time_s))
    assert np.abs(np.diff(points, n=2, axis=0) * 200.0**2).max() < 60.0
