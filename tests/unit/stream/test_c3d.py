import c3d
import ezc3d
import numpy as np
import pytest

from reconstruct.angle_names import ANGLE_NAMES, angle_index
from reconstruct.types import AngleTrial
from stream.errors import StreamError
from stream.files.analog import AnalogTrial
from stream.files.c3d_channels import joined_time, split_time
from stream.files.c3d_read import read_c3d
from stream.files.c3d_write import write_c3d
from stream.files.events import TrialEvent
from stream.files.plug_in_gait import from_plug_in_gait
from stream.files.trc import read_trc, write_trc
from stream.files.trial_folder import TrialResults
from tests.unit.stream.c3d_transcoding import MIPS, SCALE_MM, dec, integers

EVENTS = (TrialEvent(0.1234567, "Foot Strike", "Left"), TrialEvent(0.6, "bottom"))


@pytest.fixture
def analog(angle_trial) -> AnalogTrial:
    time_s = np.arange(0.0, angle_trial.time_s[-1] + 0.02, 1e-3)
    values = np.stack([np.sin(7 * time_s), 700 * np.cos(3 * time_s)], axis=-1)
    return AnalogTrial(time_s, ("EMG1", "Fz"), ("V", "N"), values)


@pytest.fixture
def written(angle_trial, point_trial, analog, target):
    write_c3d(target / "trial.c3d", TrialResults(angle_trial, point_trial), EVENTS, analog)
    return target / "trial.c3d"


def independent_points(path) -> tuple[list[str], np.ndarray]:
    """Labels and (F, N, 5) as the `c3d` package sees them."""
    with path.open("rb") as file:
        reader = c3d.Reader(file)
        frames = [points for _, points, _ in reader.read_frames()]
        return [label.strip() for label in reader.point_labels], np.stack(frames)


def test_an_independent_reader_sees_the_points_in_millimetres(written, point_trial):
    labels, frames = independent_points(written)
    columns = [labels.index(name) for name in point_trial.keypoint_set.names]
    there = ~np.isnan(point_trial.xyz).any(axis=-1)
    np.testing.assert_allclose(frames[:, columns, :3][there], 1e3 * point_trial.xyz[there], atol=2e-4, rtol=0)
    np.testing.assert_array_equal(frames[:, columns, 3] < 0, ~there)


def test_an_independent_reader_sees_groups_units_axes_and_rate(written, point_trial):
    with written.open("rb") as file:
        reader = c3d.Reader(file)
        point = reader.get("POINT")
        assert point is not None
        assert reader.point_rate == pytest.approx(39 / point_trial.time_s[-1], rel=1e-6)
        assert reader.analog_sample_count == 17 * 40
        assert [word.strip() for word in point.get("UNITS").string_array] == ["mm"]
        assert [word.strip() for word in point.get("ANGLE_UNITS").string_array] == ["deg"]
        assert [point.get(name).string_array[0].strip() for name in ("X_SCREEN", "Y_SCREEN")] == ["+X", "+Z"]
        angles = {word.strip() for word in point.get("ANGLES").string_array}
    assert {
        side + joint for side in "LR" for joint in ("HipAngles", "KneeAngles", "AnkleAngles", "PelvisAngles")
    } < angles


def test_angles_are_plug_in_gaits(written, angle_trial):
    labels, frames = independent_points(written)
    knee = frames[:, labels.index("LKneeAngles"), :3]
    ours = [angle_index(f"knee_{name}_l") for name in ("flexion", "adduction", "rotation")]
    np.testing.assert_allclose(knee, np.rad2deg(angle_trial.values[:, ours]), atol=1e-5, rtol=0)
    errors = frames[:, labels.index("LKneeAnglesSE"), :3]
    np.testing.assert_allclose(errors, np.rad2deg(angle_trial.standard_error[:, ours]), atol=1e-5, rtol=0)
    classes = frames[:, labels.index("LKneeAnglesObs"), :3]
    np.testing.assert_array_equal(classes, angle_trial.observability[:, ours])
    assert (frames[:, labels.index("LAnkleAngles"), 3] < 0).all()


def test_a_round_trip_keeps_times_points_events_and_analog(written, point_trial, analog):
    back = read_c3d(written)
    np.testing.assert_allclose(back.markers.time_s, point_trial.time_s, atol=1e-10, rtol=0)
    assert back.markers.keypoint_set == point_trial.keypoint_set
    np.testing.assert_allclose(back.markers.xyz, point_trial.xyz, atol=2e-7, rtol=0)
    for event, original in zip(back.events, EVENTS, strict=True):
        assert (event.label, event.context) == (original.label, original.context)
        assert event.time_s == pytest.approx(original.time_s, abs=1e-6)
    assert back.analog is not None
    assert (back.analog.names, back.analog.units) == (analog.names, analog.units)
    expected = np.interp(back.analog.time_s, analog.time_s, analog.values[:, 1])
    float32_step = 700 * 2**-24
    np.testing.assert_allclose(back.analog.values[:, 1], expected, atol=float32_step, rtol=0)


def test_angles_survive_the_way_through_plug_in_gait(written, angle_trial):
    values = from_plug_in_gait(read_c3d(written).angles_deg, frames=len(angle_trial.time_s))
    legs = [i for i, name in enumerate(ANGLE_NAMES) if name.startswith(("hip", "knee", "ankle"))]
    known = np.isfinite(angle_trial.values[:, legs])
    known[7, [ANGLE_NAMES[i].startswith("hip") and ANGLE_NAMES[i].endswith("_r") for i in legs]] = False
    np.testing.assert_allclose(values[:, legs][known], angle_trial.values[:, legs][known], atol=1e-6, rtol=0)


def test_trc_to_c3d_to_trc_keeps_a_micrometre(shared_data, target):
    source = read_trc(shared_data / "pose2sim_single/trc/S00_P00_T01_BalancingTrial_0-100.trc")
    unknown = np.full((len(source.time_s), len(ANGLE_NAMES)), np.nan)
    angles = AngleTrial(source.time_s, unknown, unknown, np.zeros(unknown.shape, dtype=np.int8))
    write_c3d(target / "trial.c3d", TrialResults(angles, source))
    middle = read_c3d(target / "trial.c3d").markers
    write_trc(target / "back.trc", middle)
    back = read_trc(target / "back.trc")
    names = source.keypoint_set.names
    columns = [back.keypoint_set.index(name) for name in names]
    np.testing.assert_allclose(back.xyz[:, columns], source.xyz, atol=1e-6, rtol=0)
    np.testing.assert_allclose(np.diff(back.time_s), np.diff(source.time_s), atol=1e-9, rtol=0)


def test_times_split_for_floats_come_back():
    time_s = np.r_[0.0, 1 / 59.94, 12.345678912, 1079.999999999, 3600.05]
    halves = split_time(time_s).astype(np.float32).astype(float)
    np.testing.assert_allclose(joined_time(halves), time_s, atol=1e-10, rtol=0)


def test_vicon_s_markers_equal_the_trc_that_opensim_expects(shared_data):
    vicon = read_c3d(shared_data / "c3d_opensim_core/walking2.c3d").markers
    trc = read_trc(shared_data / "c3d_opensim_core/std_walking2_markers.trc")
    columns = [vicon.keypoint_set.index(name) for name in trc.keypoint_set.names]
    frames = np.round(trc.time_s * 250).astype(int)
    lab_axes = np.roll(trc.xyz, -1, axis=-1)  # this TRC keeps the lab's Z-up axes
    difference_mm = 1e3 * np.abs(vicon.xyz[frames][:, columns] - lab_axes)
    assert np.nanmax(difference_mm) <= 0.051
    assert np.isfinite(difference_mm).mean() > 0.4


def test_what_cannot_be_written_is_refused(angle_trial, target):
    long = AngleTrial(*(np.repeat(array, 1700, axis=0) for array in vars(angle_trial).values()))
    with pytest.raises(StreamError, match="65534 frames"):
        write_c3d(target / "long.c3d", TrialResults(long))
    assert not target.exists() or not list(target.iterdir())


def test_ezc3d_reads_events_and_analog(written):
    content = ezc3d.c3d(str(written))
    assert content["parameters"]["EVENT"]["LABELS"]["value"] == ["Foot Strike", "bottom"]
    assert content["parameters"]["ANALOG"]["UNITS"]["value"] == ["V", "N"]


def test_dec_floats_are_the_same_trial(written, target):
    other = target / "dec.c3d"
    other.write_bytes(dec(written.read_bytes()))
    expected, found = read_c3d(written), read_c3d(other)
    np.testing.assert_allclose(found.markers.xyz, expected.markers.xyz, rtol=1e-6, atol=1e-9)
    assert found.markers.keypoint_set == expected.markers.keypoint_set
    np.testing.assert_allclose(found.markers.time_s, expected.markers.time_s, rtol=1e-6)
    assert [event.label for event in found.events] == [event.label for event in expected.events]


def test_integers_are_the_same_trial_to_their_step(angle_trial, point_trial, target):
    write_c3d(target / "floats.c3d", TrialResults(angle_trial, point_trial))
    (target / "integers.c3d").write_bytes(integers((target / "floats.c3d").read_bytes()))
    expected, found = read_c3d(target / "floats.c3d"), read_c3d(target / "integers.c3d")
    np.testing.assert_allclose(found.markers.xyz, expected.markers.xyz, rtol=0, atol=0.51e-3 * SCALE_MM)
    np.testing.assert_array_equal(np.isnan(found.markers.xyz), np.isnan(expected.markers.xyz))


def test_big_endian_files_are_refused_with_a_remedy(written, target):
    data = bytearray(written.read_bytes())
    data[(data[0] - 1) * 512 + 3] = MIPS
    (target / "sgi.c3d").write_bytes(data)
    with pytest.raises(StreamError, match=r"processor type 86 .* save it for Intel"):
        read_c3d(target / "sgi.c3d")


def test_of_two_subjects_the_first_is_read_and_said_so(written, target):
    content = ezc3d.c3d(str(written))
    labels = content["parameters"]["POINT"]["LABELS"]["value"]
    names = [f"{'Ann' if i < 13 else 'Bob'}:{label}" for i, label in enumerate(labels)]
    content["parameters"]["POINT"]["LABELS"]["value"] = names
    content.write(str(target / "two.c3d"))
    trial = read_c3d(target / "two.c3d")
    assert trial.markers.keypoint_set.names == tuple(labels[:13])
    assert trial.notices == ("subject 'Ann' was read, Bob left out",)


def test_the_user_s_word_on_unit_and_axis_goes_before_the_file_s(written, point_trial):
    answered = read_c3d(written, unit="cm", up="y").markers
    expected = 10.0 * np.roll(point_trial.xyz, 1, axis=-1)
    np.testing.assert_allclose(answered.xyz, expected, atol=2e-6, rtol=0)
