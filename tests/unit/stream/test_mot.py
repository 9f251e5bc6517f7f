import numpy as np
import pytest

from reconstruct.angle_names import ANGLE_NAMES, angle_index
from stream.errors import StreamError
from stream.files.mot import coordinate_name, read_mot, write_mot


def pelvis(frames: int) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(frames, 3))


def test_names_are_opensims_where_it_has_them():
    assert coordinate_name("knee_flexion_r") == "knee_angle_r"
    assert coordinate_name("ankle_dorsiflexion_l") == "ankle_angle_l"
    assert coordinate_name("ankle_inversion_r") == "subtalar_angle_r"
    assert coordinate_name("hip_rotation_l") == "hip_rotation_l"
    assert coordinate_name("knee_adduction_r") == "knee_adduction_r"
    assert coordinate_name("pelvis_tilt") == "pelvis_tilt"


def test_a_round_trip_keeps_every_complete_frame(angle_trial, target):
    position = pelvis(len(angle_trial.time_s))
    write_mot(target / "angles.mot", angle_trial, position)
    back = read_mot(target / "angles.mot")
    complete = np.arange(len(angle_trial.time_s)) != 7
    np.testing.assert_array_equal(back.angles.time_s, angle_trial.time_s[complete])
    np.testing.assert_allclose(back.angles.values, angle_trial.values[complete], atol=2e-11, rtol=0)
    assert back.pelvis_position is not None
    np.testing.assert_allclose(back.pelvis_position, position[complete], atol=1e-9, rtol=0)


def test_the_header_counts_what_is_there_and_nothing_is_missing(angle_trial, target):
    write_mot(target / "angles.mot", angle_trial)
    lines = (target / "angles.mot").read_text().splitlines()
    end = lines.index("endheader")
    assert "inDegrees=yes" in lines[:end]
    assert f"nRows={len(lines) - end - 2}" in lines[:end]
    assert f"nColumns={len(lines[end + 1].split())}" in lines[:end]
    assert "ankle_angle_l" not in lines[end + 1].split()
    assert "nan" not in "".join(lines[end + 2 :])


def test_radians_are_read_where_the_header_says_so(angle_trial, target):
    write_mot(target / "degrees.mot", angle_trial)
    degrees = read_mot(target / "degrees.mot").angles
    lines = (target / "degrees.mot").read_text().splitlines()
    end = lines.index("endheader") + 2
    rows = [[float(cell) for cell in line.split()] for line in lines[end:]]
    radians = ["\t".join([str(row[0]), *(str(np.deg2rad(cell)) for cell in row[1:])]) for row in rows]
    stated = [line.replace("inDegrees=yes", "inDegrees=no") for line in lines[:end]]
    (target / "radians.mot").write_text("\n".join(stated + radians))
    (target / "unstated.mot").write_text("\n".join([line for line in stated if "inDegrees" not in line] + radians))
    for name in ("radians.mot", "unstated.mot"):
        np.testing.assert_allclose(read_mot(target / name).angles.values, degrees.values, atol=1e-12, rtol=0)


def test_degrees_without_a_word_about_it_are_questioned(angle_trial, target):
    write_mot(target / "angles.mot", angle_trial)
    text = (target / "angles.mot").read_text().replace("inDegrees=yes\n", "")
    (target / "unstated.mot").write_text(text)
    with pytest.raises(StreamError, match="--angle-unit deg"):
        read_mot(target / "unstated.mot")
    answered = read_mot(target / "unstated.mot", unit="deg").angles
    np.testing.assert_array_equal(answered.values, read_mot(target / "angles.mot").angles.values)


def test_opensims_own_results_are_read(shared_data):
    squats = read_mot(shared_data / "opensim_mocap_subject4/squats1_manual_scaling_ik.mot")
    knee = np.rad2deg(squats.angles.values[:, angle_index("knee_flexion_r")])
    assert knee.min() == pytest.approx(0.9, abs=0.05)
    assert knee.max() == pytest.approx(103.6, abs=0.05)
    assert not squats.notices
    assert squats.pelvis_position is not None
    assert squats.pelvis_position[0].tolist() == [-0.60530595, -0.13338516, 0.95645564]
    assert np.isnan(squats.angles.values[:, angle_index("knee_adduction_r")]).all()


def test_an_old_model_s_knee_is_turned_and_said_so(shared_data):
    walk = read_mot(shared_data / "opensim_models/opensim_core_ik_test/std_subject01_walk1_ik.mot")
    knee = np.rad2deg(walk.angles.values[:, angle_index("knee_flexion_r")])
    assert knee.max() == pytest.approx(69.7, abs=0.1)
    assert "sign was turned" in walk.notices[0]


BAD = {
    "no header": (lambda text: text.replace("endheader", ""), "is not a motion file"),
    "a billion rows": (lambda text: text.replace("nRows=39", "nRows=1000000000"), "claims 1000000000 rows"),
    "cut short": (lambda text: text[: len(text) // 2], "cut short"),
    "a word": (lambda text: text[:-3] + "x\n", "could not convert"),
    "no angle": (
        lambda text: text.replace("_r", "_q").replace("_l", "_p").replace("pelvis", "table"),
        "no joint angle",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_one_line(case, angle_trial, target):
    spoil, words = BAD[case]
    write_mot(target / "angles.mot", angle_trial)
    bad = target / "bad.mot"
    bad.write_text(spoil((target / "angles.mot").read_text().replace("trunk_lean", "spine")))
    with pytest.raises(StreamError) as refusal:
        read_mot(bad)
    assert words in str(refusal.value)
    assert str(bad) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_every_angle_but_the_doubled_tilt_has_a_column(angle_trial, target):
    write_mot(target / "angles.mot", angle_trial)
    lines = (target / "angles.mot").read_text().splitlines()
    written = set(lines[lines.index("endheader") + 1].split()) - {"time"}
    expected = {
        coordinate_name(name)
        for name in ANGLE_NAMES
        if name != "anterior_tilt" and not (name.startswith("ankle") and name.endswith("_l"))
    }
    assert written == expected
