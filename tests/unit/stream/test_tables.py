import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from reconstruct.angle_names import ANGLE_NAMES
from stream.errors import StreamError
from stream.files.angle_tables import read_angles_parquet, write_angles_csv, write_angles_parquet
from stream.files.point_tables import point_standard_error, read_points_parquet, write_points_parquet
from stream.files.trial_folder import TrialResults, read_trial, write_trial


def test_the_csv_holds_value_error_and_class_of_every_angle(angle_trial, target):
    write_angles_csv(target / "angles.csv", angle_trial)
    with (target / "angles.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"time"} | {name + end for name in ANGLE_NAMES for end in ("", "_se", "_obs")}
    assert [float(row["time"]) for row in rows] == angle_trial.time_s.tolist()
    knee = ANGLE_NAMES.index("knee_adduction_l")
    values = [float(row["knee_adduction_l"]) for row in rows]
    np.testing.assert_allclose(values, np.rad2deg(angle_trial.values[:, knee]), atol=1e-9, rtol=0)
    errors = [float(row["knee_adduction_l_se"]) for row in rows]
    np.testing.assert_allclose(errors, np.rad2deg(angle_trial.standard_error[:, knee]), atol=1e-9, rtol=0)
    words = [("prior", "partial", "measured")[code] for code in angle_trial.observability[:, knee]]
    assert [row["knee_adduction_l_obs"] for row in rows] == words
    assert {row["ankle_inversion_l"] for row in rows} == {""}
    assert [row["hip_rotation_r"] == "" for row in rows] == [frame == 7 for frame in range(len(rows))]


def test_equal_arrays_give_equal_bytes(angle_trial, target):
    write_angles_csv(target / "a.csv", angle_trial)
    write_angles_csv(target / "b.csv", angle_trial)
    assert (target / "a.csv").read_bytes() == (target / "b.csv").read_bytes()


def test_angles_parquet_round_trip(angle_trial, target):
    write_angles_parquet(target / "angles.parquet", angle_trial)
    back = read_angles_parquet(target / "angles.parquet")
    np.testing.assert_array_equal(back.time_s, angle_trial.time_s)
    np.testing.assert_allclose(back.values, angle_trial.values, rtol=1e-15)
    np.testing.assert_allclose(back.standard_error, angle_trial.standard_error, rtol=1e-15)
    np.testing.assert_array_equal(back.observability, angle_trial.observability)


def test_the_parquet_schema_says_what_the_numbers_mean(angle_trial, point_trial, target):
    write_angles_parquet(target / "angles.parquet", angle_trial)
    schema = pq.read_schema(target / "angles.parquet")
    about = json.loads(schema.metadata[b"valgus"])
    assert about["table"] == "angles"
    assert "left leg is mirrored" in about["conventions"]["angles"]
    assert schema.field("knee_adduction_r").metadata == {b"unit": b"deg", b"meaning": b"varus +, valgus -"}
    assert schema.field("time").metadata[b"unit"] == b"s"
    write_points_parquet(target / "points.parquet", point_trial)
    schema = pq.read_schema(target / "points.parquet")
    about = json.loads(schema.metadata[b"valgus"])
    assert about["keypoint_set"] == "halpe_26"
    assert "Z up" in about["conventions"]["world"]
    assert schema.field("LHip_x").metadata[b"unit"] == b"m"


def test_points_parquet_has_the_promised_columns_and_comes_back(point_trial, target):
    write_points_parquet(target / "points.parquet", point_trial)
    names = pq.read_schema(target / "points.parquet").names
    ends = ("_x", "_y", "_z", "_se", "_views", "_px")
    assert names == ["time", *(point + end for point in point_trial.keypoint_set.names for end in ends)]
    back = read_points_parquet(target / "points.parquet")
    np.testing.assert_array_equal(back.xyz, point_trial.xyz)
    np.testing.assert_array_equal(back.views, point_trial.views)
    np.testing.assert_array_equal(back.residual_px, point_trial.residual_px)
    np.testing.assert_allclose(
        point_standard_error(back.covariance), point_standard_error(point_trial.covariance), rtol=1e-12
    )
    assert back.keypoint_set == point_trial.keypoint_set


def test_a_trial_folder_comes_back(angle_trial, point_trial, target):
    write_trial(target, TrialResults(angle_trial, point_trial))
    assert {path.name for path in target.iterdir()} == {
        "angles.csv",
        "angles.parquet",
        "angles.mot",
        "points.parquet",
        "points.trc",
    }
    back = read_trial(target)
    np.testing.assert_allclose(back.angles.values, angle_trial.values, rtol=1e-15)
    assert back.points is not None
    np.testing.assert_array_equal(back.points.xyz, point_trial.xyz)


def test_a_damaged_table_is_refused_in_one_line(angle_trial, target):
    write_angles_parquet(target / "angles.parquet", angle_trial)
    whole = (target / "angles.parquet").read_bytes()
    for damaged in (b"", whole[:-40], whole[:4] + b"\xff" * 400 + whole[404:]):
        (target / "angles.parquet").write_bytes(damaged)
        with pytest.raises(StreamError) as refusal:
            read_angles_parquet(target / "angles.parquet")
        assert "\n" not in str(refusal.value)


def test_nothing_is_left_behind_where_writing_fails(angle_trial, tmp_path):
    (tmp_path / "angles.csv").mkdir()
    with pytest.raises(StreamError, match="cannot be written"):
        write_angles_csv(tmp_path / "angles.csv", angle_trial)
    assert [path.name for path in tmp_path.iterdir()] == ["angles.csv"]
