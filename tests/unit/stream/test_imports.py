"""Trials of other programs: which files make one, which markers mark our keypoints, what is asked."""

from pathlib import Path

import numpy as np
import pytest

from reconstruct.angle_names import angle_index
from reconstruct.types import Observability
from stream.errors import NoTrialError, StreamError
from stream.files.imports.centre_names import with_keypoint_names
from stream.files.imports.folder import import_into
from stream.files.imports.sources import find_trials
from stream.files.imports.trial import Answers, import_trial
from stream.files.marker_trial import marker_trial
from stream.files.mot import write_mot
from stream.files.trc import write_trc
from stream.files.trial_folder import read_trial


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def found(folder: Path) -> dict[str, set[str]]:
    return {source.name: {file.name for file in source.files} for source in find_trials(folder)}


def test_an_opencap_session_pairs_markers_with_kinematics(tmp_path):
    touch(tmp_path, "MarkerData/squat1.trc", "OpenSimData/Kinematics/squat1.mot", "MarkerData/neutral.trc")
    touch(tmp_path, "OpenSimData/Kinematics/squat1_ik_marker_errors.sto", "sessionMetadata.yaml", "Videos/Cam0/x.mp4")
    assert found(tmp_path) == {"squat1": {"squat1.trc", "squat1.mot"}, "neutral": {"neutral.trc"}}


def test_a_pose2sim_project_pairs_pose_3d_with_kinematics(tmp_path):
    touch(tmp_path, "pose-3d/T01_0-100.trc", "pose-3d/T01_0-100_filt.trc", "kinematics/T01_0-100_filt.mot")
    assert found(tmp_path) == {
        "T01_0-100": {"T01_0-100.trc"},
        "T01_0-100_filt": {"T01_0-100_filt.trc", "T01_0-100_filt.mot"},
    }


def test_motion_joins_the_markers_whose_name_it_extends(tmp_path):
    touch(tmp_path, "squats1.trc", "squats1_manual_ik.mot", "squats10.trc", "GRF.mot")
    assert found(tmp_path) == {"squats1": {"squats1.trc", "squats1_manual_ik.mot"}, "squats10": {"squats10.trc"}}


def test_files_of_one_name_in_two_folders_stay_apart(tmp_path):
    touch(tmp_path, "monday/squat.trc", "tuesday/squat.trc")
    assert found(tmp_path) == {"squat": {"squat.trc"}, "tuesday_squat": {"squat.trc"}}


def test_a_project_without_results_is_told_what_to_run(tmp_path):
    touch(tmp_path, "calibration/Calib.toml", "pose/cam01_json/cam01_0.json")
    with pytest.raises(StreamError, match=r"valgus process --rig .*Calib.toml --keypoints .*pose --out DIR"):
        find_trials(tmp_path)


@pytest.mark.parametrize("name", ["missing.trc", "trial.fbx", "empty"])
def test_what_cannot_be_imported_is_named(name, tmp_path):
    touch(tmp_path, "trial.fbx", "empty/readme.txt")
    with pytest.raises(StreamError, match=name):
        find_trials(tmp_path / name)


def test_markers_mark_keypoints():
    names = ["R_HJC", "r_knee", "r_mknee", "LFEP", "LHip", "midHip"]
    xyz = np.arange(2 * len(names) * 3, dtype=float).reshape(2, len(names), 3)
    named = with_keypoint_names(marker_trial(np.array([0.0, 0.1]), names, xyz))
    order = named.keypoint_set.names
    assert order == ("Hip", "RHip", "LHip", "RKnee", "r_knee", "r_mknee", "LFEP")
    np.testing.assert_array_equal(named.xyz[:, order.index("RHip")], xyz[:, 0])
    np.testing.assert_array_equal(named.xyz[:, order.index("RKnee")], xyz[:, 1:3].mean(axis=1))
    np.testing.assert_array_equal(named.xyz[:, order.index("LHip")], xyz[:, 4])


def standing(person_height: float = 1.0) -> dict[str, tuple[float, float, float]]:
    right = {"Hip": 0.9, "Knee": 0.48, "Ankle": 0.08}
    points = {f"{side}{part}": (x, 0.0, z) for side, x in (("R", 0.1), ("L", -0.1)) for part, z in right.items()}
    return {name: tuple(person_height * np.array(xyz)) for name, xyz in points.items()}


def write_standing(path: Path, scale: float = 1.0) -> Path:
    points = standing(scale)
    xyz = np.repeat(np.array(list(points.values()))[None], 5, axis=0)
    write_trc(path, marker_trial(np.arange(5) / 50.0 + 2.0, list(points), xyz))
    return path


def test_a_trc_alone_gives_what_centres_determine(tmp_path):
    trial = import_trial(find_trials(write_standing(tmp_path / "still.trc"))[0], Answers())
    assert trial.start_s == 2.0
    assert trial.angles.time_s[0] == 0.0
    adduction = angle_index("hip_adduction_r")
    np.testing.assert_allclose(trial.angles.values[:, adduction], 0.0, atol=1e-9)
    assert (trial.angles.observability[:, adduction] == Observability.MEASURED).all()
    assert (trial.angles.observability[:, angle_index("knee_adduction_r")] == Observability.PRIOR).all()
    assert np.isnan(trial.angles.standard_error).all()
    assert "standard errors are unknown" in trial.notices[0]


def test_a_wrong_unit_is_a_question_with_an_answer(tmp_path):
    source = find_trials(write_standing(tmp_path / "giant.trc", scale=1000.0))[0]
    with pytest.raises(StreamError, match=r"thigh of 420 m .* --length-unit"):
        import_trial(source, Answers())
    points = import_trial(source, Answers(length_unit="mm")).points
    assert points is not None
    assert points.xyz[0, points.keypoint_set.index("RHip"), 2] == pytest.approx(0.9)


def test_a_z_up_file_is_a_question_with_an_answer(shared_data):
    source = find_trials(shared_data / "c3d_opensim_core/std_walking2_markers.trc")[0]
    with pytest.raises(StreamError, match="--up y or --up z"):
        import_trial(source, Answers())
    points = import_trial(source, Answers(up="z")).points
    assert points is not None
    hip, ankle = (points.xyz[:, points.keypoint_set.index(name), 2] for name in ("RHip", "RAnkle"))
    assert np.nanmedian(hip - ankle) > 0.7


def test_markers_take_the_times_of_the_angles(angle_trial, point_trial, tmp_path):
    write_mot(tmp_path / "trial.mot", angle_trial)
    write_trc(tmp_path / "trial.trc", point_trial)
    trial = import_trial(find_trials(tmp_path)[0], Answers(up="y", length_unit="m"))
    frames = [frame for frame in range(40) if frame != 7]
    assert len(trial.angles.time_s) == 39
    assert trial.points is not None
    hip = trial.points.keypoint_set.index("RHip")
    np.testing.assert_allclose(trial.points.xyz[:, hip], point_trial.xyz[frames, 11 + 1], atol=1e-9)


def test_opencap_s_angles_are_kept_and_completed(shared_data, tmp_path):
    report = import_into(shared_data / "opencap_session_squats", tmp_path / "out", Answers())
    assert [folder.name for folder in report.folders] == ["Squats_0", "neutral"]
    results = read_trial(tmp_path / "out" / "Squats_0")
    knee = np.rad2deg(results.angles.values[:, angle_index("knee_flexion_r")])
    assert (knee.min(), knee.max()) == (pytest.approx(0.3, abs=0.05), pytest.approx(103.1, abs=0.05))
    assert np.isfinite(results.angles.values[:, angle_index("apparent_valgus_l")]).all()
    assert results.points is not None
    assert {"RHip", "LKnee", "Neck", "LBigToe", "RHeel"} <= set(results.points.keypoint_set.names)
    assert results.pelvis_position is not None


def test_plug_in_gait_adduction_agrees_with_its_own_joint_centres(shared_data, tmp_path):
    """Vicon's hip and knee centres are in the same file: our formula on them against Vicon's stored angle."""
    import_into(shared_data / "c3d_pig_btk/PiG_Motion-FlatFoot-Full.c3d", tmp_path / "out", Answers())
    results = read_trial(tmp_path / "out")
    from reconstruct.centre_angles import CENTRES, angles_from_centres

    assert results.points is not None
    names = results.points.keypoint_set.names
    centres = {name: results.points.xyz[:, names.index(name)] for name in CENTRES}
    calculated = np.rad2deg(angles_from_centres(len(results.angles.time_s), centres))
    given = np.rad2deg(results.angles.values)
    for side in "rl":
        adduction = angle_index(f"hip_adduction_{side}")
        assert np.nanmax(np.abs(calculated[:, adduction] - given[:, adduction])) < 0.02
        knee = angle_index(f"knee_flexion_{side}")
        assert np.sqrt(np.nanmean((calculated[:, knee] - given[:, knee]) ** 2)) < 1.0


def test_force_files_are_left_out_of_a_folder_and_refused_alone(shared_data, tmp_path, angle_trial):
    forces = shared_data / "opencap_video_and_mocap/walk/GRF.mot"
    with pytest.raises(NoTrialError, match="no joint angle"):
        import_into(forces, tmp_path / "out", Answers())
    folder = tmp_path / "session"
    write_mot(folder / "walk.mot", angle_trial)
    (folder / "plates.mot").write_bytes(forces.read_bytes())
    report = import_into(folder, tmp_path / "out", Answers())
    assert report.folders == (tmp_path / "out",)
    assert "plates.mot holds no joint angle" in report.notices[0]
