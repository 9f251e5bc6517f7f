"""What the panel says about every angle."""

from dataclasses import replace

import numpy as np
import pytest

from reconstruct.angle_names import angle_index
from reconstruct.types import JointAngles, LiveFrame, Observability
from viewer.overlay.readouts import UNKNOWN, Readout, readout, rows_of


def _with(angles: JointAngles, name: str, degrees: float, se_deg: float, code: Observability) -> JointAngles:
    values, errors, codes = angles.values.copy(), angles.standard_error.copy(), angles.observability.copy()
    values[angle_index(name)], errors[angle_index(name)] = np.radians([degrees, se_deg])
    codes[angle_index(name)] = code
    return replace(angles, values=values, standard_error=errors, observability=codes)


@pytest.mark.parametrize(
    ("degrees", "se_deg", "value", "error"),
    [
        (12.34, 1.06, "+12.3°", "± 1.1°"),
        (-7.96, 0.94, "-8.0°", "± 0.9°"),
        (-0.04, 2.0, "0.0°", "± 2.0°"),
        (0.0, np.nan, "0.0°", "± ?"),
        (104.25, 11.0, "+104.2°", "± 11.0°"),
    ],
)
def test_a_value_has_a_sign_and_an_error(
    standing: LiveFrame, degrees: float, se_deg: float, value: str, error: str
) -> None:
    angles = _with(standing.angles, "hip_rotation_l", degrees, se_deg, Observability.PARTIAL)
    assert readout(angles, "hip_rotation_l") == Readout(value, error, Observability.PARTIAL)


def test_the_rows_are_the_drivers_of_valgus_on_both_sides(standing: LiveFrame) -> None:
    angles = _with(standing.angles, "knee_adduction_r", -9.0, 3.0, Observability.PRIOR)
    rows = {row.title: row for row in rows_of(angles)}
    assert list(rows) == ["hip adduction", "hip rotation", "knee adduction", "apparent valgus", "knee flexion"]
    assert rows["knee adduction"].right == Readout("-9.0°", "± 3.0°", Observability.PRIOR)
    assert rows["knee adduction"].left.observability is Observability.MEASURED


def test_what_is_unknown_says_so(standing: LiveFrame) -> None:
    unknown = Readout(UNKNOWN, "", None)
    angles = _with(standing.angles, "hip_adduction_r", np.nan, np.nan, Observability.PRIOR)
    assert rows_of(angles)[0].right == unknown
    assert all(row.left == row.right == unknown for row in rows_of(None))
