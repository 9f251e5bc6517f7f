"""What the demonstration says about itself is what happened."""

import numpy as np
import pytest

from reconstruct.angle_names import ANGLE_NAMES, angle_index
from reconstruct.types import JointAngles
from valgus.demo.comparison import COMPARED, Score, compare
from valgus.demo.outcome import Outcome, summary, table

FRAMES = 4000


def estimates(values: np.ndarray, standard_error: np.ndarray) -> list[JointAngles]:
    seen = np.full(len(ANGLE_NAMES), 2, dtype=np.int8)
    return [JointAngles(i, v, s, seen) for i, (v, s) in enumerate(zip(values, standard_error, strict=True))]


def test_scores_of_known_errors() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(0.0, 0.3, (FRAMES, len(ANGLE_NAMES)))
    values = truth + np.deg2rad(rng.normal(0.0, 2.0, truth.shape))
    values[:, angle_index("hip_adduction_r")] += np.deg2rad(3.0)
    scores = compare(estimates(values, np.full(truth.shape, np.deg2rad(2.0))), truth)
    assert tuple(scores) == COMPARED
    assert scores["knee_flexion"].rmse_deg == pytest.approx(2.0, rel=0.05)
    assert scores["knee_flexion"].coverage95 == pytest.approx(0.95, abs=0.01)
    assert scores["knee_flexion"].standard_error_deg == pytest.approx(2.0)
    assert scores["hip_adduction"].rmse_deg == pytest.approx(np.sqrt(4.0 + 4.5), rel=0.05)
    assert scores["hip_adduction"].moving_rmse_deg == pytest.approx(2.0, rel=0.05)
    assert scores["hip_adduction"].coverage95 == pytest.approx(0.81, abs=0.02)


def test_unknown_angles_do_not_count() -> None:
    truth = np.zeros((3, len(ANGLE_NAMES)))
    values = np.full_like(truth, np.deg2rad(1.0))
    values[1] = np.nan
    scores = compare(estimates(values, np.ones_like(values)), truth)
    assert scores["hip_rotation"].rmse_deg == pytest.approx(1.0)
    nothing = compare([], np.zeros((0, len(ANGLE_NAMES))))
    assert np.isnan(nothing["hip_rotation"].rmse_deg)


def outcome(scores: dict[str, Score]) -> Outcome:
    latency_ms = np.arange(1.0, 102.0) / 10.0
    in_vain = latency_ms > 10.0
    return Outcome(101, 7, 6, 1.7, latency_ms, in_vain, latency_ms + 20.0, 4.2, scores)


def test_summary_holds_the_promised_fields() -> None:
    found = summary(outcome(dict.fromkeys(COMPARED, Score(1.5, 1.0, 1.2, 0.96))))
    assert found["frames"] == 101
    assert found["dropped"] == 7
    assert found["latency_ms"] == pytest.approx({"p50": 5.1, "p99": 10.0, "max": 10.1})
    assert found["rmse_deg"] == dict.fromkeys(COMPARED, 1.5)
    assert found["coverage95"] == dict.fromkeys(COMPARED, 0.96)


def test_table_is_honest_about_the_person_and_the_frames() -> None:
    shown = "\n".join(table(outcome(dict.fromkeys(COMPARED, Score(1.5, 1.0, 1.2, 0.96)))))
    assert "last keypoints to result: median 5.1 ms" in shown
    assert "  but for the 1.0 % that waited for a view in vain: median 5.0 ms" in shown
    assert "6 camera frames dropped on purpose, 1 lost" in shown
    assert "not the estimator's body model" in shown
    assert all(name.replace("_", " ") in shown for name in COMPARED)
    assert "1.50    1.00       1.20         96 %" in shown


def test_without_truth_there_is_no_comparison() -> None:
    assert len(list(table(outcome({})))) == 5
