import numpy as np
import pytest

from stream.errors import StreamError
from stream.files.trc import read_trc, write_trc


def test_the_header_is_what_opensim_asks_for(point_trial, target):
    write_trc(target / "points.trc", point_trial)
    lines = (target / "points.trc").read_text().split("\n")
    assert lines[0] == "PathFileType\t4\t(X/Y/Z)\tpoints.trc"
    assert lines[1].split("\t") == [
        "DataRate",
        "CameraRate",
        "NumFrames",
        "NumMarkers",
        "Units",
        "OrigDataRate",
        "OrigDataStartFrame",
        "OrigNumFrames",
    ]
    rate = float(lines[2].split("\t")[0])
    assert rate == pytest.approx(39 / point_trial.time_s[-1], abs=1e-6)
    assert lines[2].split("\t")[2:5] == ["40", "26", "m"]
    assert lines[3].startswith("Frame#\tTime\tNose\t\t\tLEye\t\t\t")
    assert lines[4].startswith("\t\tX1\tY1\tZ1\tX2")
    assert {len(line.split("\t")) for line in lines[6:-1]} == {2 + 3 * 26}


def test_z_up_becomes_y_up(point_trial, target):
    write_trc(target / "points.trc", point_trial)
    cells = (target / "points.trc").read_text().split("\n")[6].split("\t")
    x, y, z = point_trial.xyz[0, 0]
    assert [float(cell) for cell in cells[2:5]] == pytest.approx([y, z, x], abs=1e-9)


def test_a_missing_point_is_an_empty_cell_and_stays_missing(point_trial, target):
    write_trc(target / "points.trc", point_trial)
    row = (target / "points.trc").read_text().split("\n")[6 + 3].split("\t")
    neck = 2 + 3 * point_trial.keypoint_set.index("Neck")
    assert row[neck : neck + 3] == ["", "", ""]
    back = read_trc(target / "points.trc")
    np.testing.assert_array_equal(np.isnan(back.xyz), np.isnan(point_trial.xyz))


def test_a_round_trip_keeps_times_exactly_and_points_to_a_nanometre(point_trial, target):
    write_trc(target / "points.trc", point_trial)
    back = read_trc(target / "points.trc")
    np.testing.assert_array_equal(back.time_s, point_trial.time_s)
    np.testing.assert_allclose(back.xyz, point_trial.xyz, atol=1e-9, rtol=0)
    assert back.keypoint_set == point_trial.keypoint_set


def test_millimetres_become_metres(point_trial, target):
    write_trc(target / "points.trc", point_trial)
    text = (target / "points.trc").read_text()
    (target / "mm.trc").write_text(text.replace("\t26\tm\t", "\t26\tmm\t"))
    np.testing.assert_allclose(
        read_trc(target / "mm.trc").xyz * 1000, read_trc(target / "points.trc").xyz, rtol=1e-12, atol=1e-12
    )


def test_the_files_of_other_programs_are_read(shared_data):
    pose2sim = read_trc(shared_data / "pose2sim_single/trc/S00_P00_T01_BalancingTrial_0-100.trc")
    assert pose2sim.xyz.shape == (100, 21, 3)
    assert pose2sim.time_s[0] == 1 / 60
    np.testing.assert_allclose(
        pose2sim.xyz[0, 0], [-1.4005886926185436, -0.06497214796810755, 0.9015045550714222], rtol=1e-14
    )
    opencap = read_trc(shared_data / "opencap_session_squats/Squats_0.trc")
    assert opencap.xyz.shape == (832, 63, 3)
    vicon = read_trc(shared_data / "c3d_opensim_core/std_walking2_markers.trc")
    assert np.nanmax(np.abs(vicon.xyz)) < 10.0
    assert np.isnan(vicon.xyz).any()


BAD = {
    "no header": (lambda text: "not a trc\n" * 9, "is not a TRC file"),
    "a billion frames": (lambda text: text.replace("\t40\t26", "\t1000000000\t26"), "claims 1000000000 frames"),
    "a billion markers": (lambda text: text.replace("\t26\tm", "\t1000000000\tm"), "claims 1000000000 markers"),
    "furlongs": (lambda text: text.replace("\t26\tm", "\t26\tfurlong"), "furlong"),
    "cut short": (lambda text: text[: len(text) // 2], "cut short"),
    "a word": (lambda text: text.replace("\n2\t", "\n2\tword", 1), "line 8"),
    "infinity": (lambda text: text.replace("\n2\t", "\n2\tinf", 1).replace("inf0", "inf\t0", 1), "line 8"),
    "a cell too many": (lambda text: text.replace("\n2\t", "\n2\t1\t", 1), "81 cells where the header has 80"),
    "time standing still": (lambda text: text.replace("\n2\t", "\n2\t-", 1), "does not follow"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_one_line(case, point_trial, target):
    spoil, words = BAD[case]
    write_trc(target / "points.trc", point_trial)
    bad = target / "bad.trc"
    bad.write_text(spoil((target / "points.trc").read_text()))
    with pytest.raises(StreamError) as refusal:
        read_trc(bad)
    message = str(refusal.value)
    assert words in message
    assert str(bad) in message
    assert "\n" not in message
