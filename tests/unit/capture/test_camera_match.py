import pytest

from capture.camera_match import match_cameras, natural_key
from capture.errors import CaptureError


def test_names_match_without_punctuation_case_and_json() -> None:
    match = match_cameras(["Cam-02", "cam_01_json"], ["cam01", "CAM02"])
    assert match.names == ("CAM02", "cam01")
    assert match.notices == ()


def test_no_name_matches_goes_by_natural_order_with_a_notice() -> None:
    match = match_cameras(["port_10", "port_2"], ["left", "right"])
    assert match.names == ("right", "left")
    assert "port_2 = left" in match.notices[0]


def test_a_rig_camera_without_recording_is_mentioned() -> None:
    match = match_cameras(["b"], ["a", "b", "c"])
    assert match.names == ("b",)
    assert match.notices == ("rig camera(s) without a recording: a, c",)


@pytest.mark.parametrize("recorded", [["cam01", "other"], ["x", "y", "z"], ["x"]])
def test_what_matches_in_part_or_differs_in_count_is_refused(recorded: list[str]) -> None:
    with pytest.raises(CaptureError, match="is not in the rig, which has cam01, cam02") as refusal:
        match_cameras(recorded, ["cam01", "cam02"])
    assert "\n" not in str(refusal.value)


def test_two_cameras_with_one_plain_name_are_refused() -> None:
    with pytest.raises(CaptureError, match="'cam_1' and 'cam1' of the recording"):
        match_cameras(["cam_1", "cam1"], ["a", "b"])


def test_natural_order_counts_numbers() -> None:
    assert sorted(["c10", "c9", "b11", "7"], key=natural_key) == ["7", "b11", "c9", "c10"]
