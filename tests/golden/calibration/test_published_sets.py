"""Published footage of boards: below what other software was measured to reach on it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.boards import Board
from calibration.extrinsics.placing import numbered
from calibration.footage.folder import open_folder
from calibration.footage.pictures import PictureClip
from calibration.footage.scan import scan
from calibration.formats.caliscope import read_rig
from calibration.intrinsics.lens import learn_lens
from calibration.quality.common_times import at_common_times
from calibration.quality.scores import score
from calibration.rig_calibration import CalibrationRequest, calibrate
from calibration.rig_footage import PairedFootage, Seen, look_at_footage, look_for_boards

INVERTED = Board("charuco", 4, 5, 0.054, 0.0405, "DICT_4X4_1000", inverted=True)
CHESSBOARD = Board("checkerboard", 9, 6, 0.025)


@pytest.fixture(scope="module")
def webcams(shared_data: Path) -> PairedFootage:
    """Four webcams and a board of white lines on black, stamped by the computer and not synchronised."""
    return look_for_boards(INVERTED, shared_data / "calib_caliscope_charuco" / "calibration" / "extrinsic")


def _half(paired: PairedFootage, parity: int) -> PairedFootage:
    pictures = tuple(p for p in paired.pictures if p.instant % 2 == parity)
    footage = {
        name: replace(one, seen=tuple(s for s in one.seen if s.number % 2 == parity))
        for name, one in paired.footage.items()
    }
    return replace(paired, pictures=pictures, footage=footage)


def test_even_frames_in_and_odd_frames_judged(shared_data: Path, webcams: PairedFootage) -> None:
    """Best of the others: 1.27 px (Caliscope's own rig), 0.51 mm (OpenCV's calibrateMultiview)."""
    even, odd = _half(webcams, 0), _half(webcams, 1)
    rig = calibrate(CalibrationRequest(INVERTED), Seen(even, even.footage)).rig
    found = score(INVERTED, numbered(INVERTED, odd.pictures, rig.arrays), rig.arrays)
    assert found.corners > 900
    assert found.rms_px < 1.27
    assert found.scale_rmse_m < 0.51e-3
    assert abs(found.scale_bias_m) <= 0.1e-3
    theirs = read_rig(shared_data / "calib_caliscope_charuco" / "camera_array.toml")
    np.testing.assert_allclose(rig.arrays.focal[:, 0], theirs.arrays.focal[:, 0], rtol=0.04)


def test_modelled_time_offsets_gain_more_than_half_of_the_error(webcams: PairedFootage) -> None:
    even = _half(webcams, 0)
    solved = calibrate(CalibrationRequest(INVERTED, time_offsets=True), Seen(even, even.footage))
    clocks = solved.quality.clocks
    assert clocks is not None
    assert clocks.rms_offsets_px < 0.6 * clocks.rms_timestamps_px
    pictures = at_common_times(numbered(INVERTED, webcams.pictures, solved.rig.arrays), clocks.offset_s)
    found = score(INVERTED, pictures, solved.rig.arrays)
    assert found.corners > 1500
    assert found.rms_px < 0.55
    assert found.scale_rmse_m < 0.35e-3
    assert abs(found.scale_bias_m) < 0.1e-3


def test_a_stereo_pair_of_chessboards(shared_data: Path, tmp_path: Path) -> None:
    for side in ("left", "right"):
        (tmp_path / side).mkdir()
        for picture in (shared_data / "calib_opencv_stereo").glob(f"{side}[0-9]*.jpg"):
            (tmp_path / side / picture.name).symlink_to(picture)
    solved = calibrate(CalibrationRequest(CHESSBOARD), look_at_footage(CHESSBOARD, tmp_path, tmp_path, None))
    assert all(lens.rms_px <= 0.20 for lens in solved.lenses)
    assert solved.quality.heldout is not None
    assert solved.quality.heldout.scale_rmse_m <= 0.17e-3
    assert solved.lenses[0].camera.focal[0, 0] == pytest.approx(535.9, rel=0.01)


@pytest.mark.parametrize(
    ("camera", "focal_px"), [("int_cam01_img", 1671.5), ("int_cam02_img", 1675.7), ("int_cam03_img", 1678.8)]
)
def test_focal_lengths_from_seven_photos(shared_data: Path, camera: str, focal_px: float) -> None:
    """Stated by Pose2Sim; its fourth camera (1690.9, rms 0.92 px) includes a photo with misplaced corners."""
    board = Board("checkerboard", 4, 7, 0.06)
    clips = open_folder(shared_data / "pose2sim_single" / "calibration" / "intrinsics")
    clip = next(clip for clip in clips if clip.name == camera)
    assert isinstance(clip, PictureClip)
    footage = scan([clip], board)[camera]
    lens = learn_lens(camera, board, [one.detection for one in footage.seen], footage.size)
    assert lens.camera.focal[0, 0] == pytest.approx(focal_px, rel=0.003)
    assert lens.rms_px < 0.25
