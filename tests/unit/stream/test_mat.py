import numpy as np
from scipy.io import loadmat

from stream.files.events import TrialEvent
from stream.files.mat import write_mat
from stream.files.trial_folder import TrialResults


def test_a_matlab_struct_has_a_field_per_angle_and_point(angle_trial, point_trial, target):
    write_mat(target / "trial.mat", TrialResults(angle_trial, point_trial), (TrialEvent(0.25, "bottom"),))
    trial = loadmat(target / "trial.mat", simplify_cells=True)["trial"]
    np.testing.assert_array_equal(trial["time_s"], angle_trial.time_s)
    np.testing.assert_array_equal(trial["angles_deg"]["hip_flexion_r"], np.rad2deg(angle_trial.values[:, 0]))
    np.testing.assert_array_equal(trial["observability"]["hip_flexion_r"], angle_trial.observability[:, 0])
    np.testing.assert_array_equal(trial["points_m"]["Nose"], point_trial.xyz[:, 0])
    assert np.isnan(trial["angles_deg"]["ankle_inversion_l"]).all()
    assert trial["events"] == {"time_s": 0.25, "label": "bottom", "context": "General"}
    assert trial["conventions"]["knee_adduction_r"] == "varus +, valgus -"


def test_a_trial_without_points_or_events_is_written_too(angle_trial, target):
    write_mat(target / "trial.mat", TrialResults(angle_trial))
    trial = loadmat(target / "trial.mat", simplify_cells=True)["trial"]
    assert "points_m" not in trial
    assert trial["events"]["time_s"].size == 0
