"""A hinge seen with an askew axis, and what the correction makes of it."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analysis.cross_talk import cross_talk

FLEXION = np.radians(np.linspace(0.0, 90.0, 60))


@pytest.mark.parametrize("askew_deg", [-8.0, 0.0, 5.0, 12.0])
def test_a_hinge_seen_with_an_askew_axis(askew_deg: float) -> None:
    hinge = Rotation.from_euler("ZXY", np.stack([-FLEXION, 0 * FLEXION, 0 * FLEXION], axis=1))
    seen = (Rotation.from_euler("Y", np.radians(askew_deg)) * hinge).as_euler("ZXY")
    found = cross_talk(-seen[:, 0], seen[:, 1], seen[:, 2])
    assert np.degrees(found.axis_turn) == pytest.approx(askew_deg, abs=0.01)
    assert np.degrees(np.ptp(found.adduction)) < 0.01
    if askew_deg:
        assert abs(found.correlation) > 0.95


def test_a_knee_that_hardly_bends_says_nothing() -> None:
    found = cross_talk(0.1 * FLEXION, FLEXION, FLEXION)
    assert np.isnan(found.correlation)
    assert np.isnan(found.axis_turn)
    assert np.isnan(found.adduction).all()


def test_missing_frames_stay_missing() -> None:
    flexion = FLEXION.copy()
    flexion[10:20] = np.nan
    found = cross_talk(flexion, 0.1 * FLEXION, 0.0 * FLEXION)
    assert np.isnan(found.adduction[10:20]).all()
    assert np.isfinite(found.adduction[:10]).all()
