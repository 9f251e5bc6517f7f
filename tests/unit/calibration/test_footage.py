"""Footage folders: what counts as a camera, which frames belong together, and what is refused in one line."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from calibration.boards import Board
from calibration.errors import CalibrationError
from calibration.footage.folder import matched, natural_order, open_folder
from calibration.footage.luma import gray_of
from calibration.footage.pairing import FrameClock, Pairing, pair_frames
from calibration.footage.scan import require_boards, scan, worth_a_look
from calibration.footage.timestamps import read_timestamps
from calibration.footage.video import VideoClip
from tests.support.virtual_boards import board_texture

BOARD = Board("charuco", 5, 4, 0.05, 0.0375, "DICT_4X4_50")


def _video(path: Path, levels: list[int], size: tuple[int, int] = (64, 48), rate: int = 25) -> None:
    """A video whose frame i is filled with levels[i]."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for level in levels:
            gray = np.full((size[1], size[0]), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(gray, format="gray").reformat(format="yuv420p")))
        container.mux(stream.encode())


def _pictures(folder: Path, names: list[str], size: tuple[int, int] = (64, 48)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        cv2.imwrite(str(folder / name), np.zeros((size[1], size[0]), np.uint8))


def test_a_video_gives_every_frame_in_order_with_its_time(tmp_path: Path) -> None:
    _video(tmp_path / "a.mp4", [20, 60, 100, 140, 180, 220])
    clip = VideoClip("a", tmp_path / "a.mp4")
    assert clip.numbers() == list(range(6))
    pictures = list(clip.pictures({0, 2, 4, 6, 8}))
    assert [picture.number for picture in pictures] == [0, 2, 4]
    np.testing.assert_allclose([picture.time_s for picture in pictures], [0.0, 0.08, 0.16], atol=1e-6)
    assert pictures[0].gray.shape == (48, 64)
    levels = [float(picture.gray.mean()) for picture in pictures]
    assert levels == sorted(levels)


def test_cameras_are_videos_and_folders_in_natural_order(tmp_path: Path) -> None:
    _video(tmp_path / "cam10.mp4", [0])
    _pictures(tmp_path / "cam2", ["1.png", "2.jpg"])
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert [clip.name for clip in open_folder(tmp_path)] == ["cam2", "cam10"]
    assert natural_order("cam2") < natural_order("cam10")


def test_a_camera_with_two_kinds_of_footage_and_folders_without_any(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="is not a folder"):
        open_folder(tmp_path / "nowhere")
    with pytest.raises(CalibrationError, match="holds no footage"):
        open_folder(tmp_path)
    _video(tmp_path / "a.mp4", [0])
    _pictures(tmp_path / "a", ["1.png"])
    with pytest.raises(CalibrationError, match="camera 'a' has a video and a folder of pictures"):
        open_folder(tmp_path)


def test_cameras_of_two_folders_are_matched_by_what_counts_of_their_names(tmp_path: Path) -> None:
    for name in ("Cam_01", "Cam_02"):
        _pictures(tmp_path / name, ["1.png"])
    clips = open_folder(tmp_path)
    found, notices = matched(["cam02", "cam01"], clips, tmp_path)
    assert [found[name].name for name in ("cam02", "cam01")] == ["Cam_02", "Cam_01"]
    assert notices == []
    guessed, notices = matched(["left", "right"], clips, tmp_path)
    assert guessed["left"].name == "Cam_01"
    assert "sorted order: left = Cam_01, right = Cam_02" in notices[0]
    with pytest.raises(CalibrationError, match="no footage of camera 'cam03'; it has Cam_01, Cam_02"):
        matched(["cam01", "cam03"], clips, tmp_path)


def test_videos_are_paired_by_frame_and_refused_when_unequal(tmp_path: Path) -> None:
    _video(tmp_path / "a.mp4", [0] * 5)
    _video(tmp_path / "b.mp4", [0] * 5)
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    assert not pairing.timed
    assert pairing.clocks["a"].instant.tolist() == pairing.clocks["b"].instant.tolist() == list(range(5))
    _video(tmp_path / "b.mp4", [0] * 4)
    with pytest.raises(CalibrationError, match=r"different frame counts \(a 5, b 4\).*timestamps\.csv"):
        pair_frames(open_folder(tmp_path), tmp_path)


def test_pictures_are_paired_by_the_number_in_their_names(tmp_path: Path) -> None:
    _pictures(tmp_path / "left", ["left01.jpg", "left02.jpg", "left11.jpg"])
    _pictures(tmp_path / "right", ["right01.jpg", "right11.jpg"])
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    assert pairing.clocks["left"].instant.tolist() == [1, 2, 11]
    assert pairing.clocks["right"].instant.tolist() == [1, 11]
    assert "camera 'right' has 2 pictures of 3" in pairing.notices[0]


def test_pictures_numbered_apart_are_paired_in_order(tmp_path: Path) -> None:
    _pictures(tmp_path / "a", ["0001.png", "0002.png"])
    _pictures(tmp_path / "b", ["0101.png", "0102.png"])
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    assert pairing.clocks["a"].instant.tolist() == pairing.clocks["b"].instant.tolist() == [0, 1]


CALISCOPE = "sync_index,cam_id,frame_index,frame_time\n" + "".join(
    f"{26 + i},{c},{26 + i},{100 + 0.1 * i + 0.01 * c}\n" for i in range(4) for c in (1, 0)
)


def test_caliscopes_timestamps_name_cameras_by_number_and_group_frames(tmp_path: Path) -> None:
    for name in ("cam_0", "cam_1"):
        _video(tmp_path / f"{name}.mp4", [0] * 4)
    (tmp_path / "timestamps.csv").write_text(CALISCOPE, encoding="utf-8")
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    assert pairing.timed
    assert pairing.clocks["cam_1"].instant.tolist() == [26, 27, 28, 29]
    np.testing.assert_allclose(pairing.clocks["cam_1"].time_s, [100.01, 100.11, 100.21, 100.31])


def test_camera_numbers_that_are_no_names_are_taken_in_order(tmp_path: Path) -> None:
    """Numbers from 0 for cameras that are named from 1: "left 1" is camera 0, not camera 1."""
    for name in ("left 2", "left 1"):
        _video(tmp_path / f"{name}.mp4", [0] * 4)
    (tmp_path / "timestamps.csv").write_text(CALISCOPE, encoding="utf-8")
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    np.testing.assert_allclose(pairing.clocks["left 1"].time_s, [100.0, 100.1, 100.2, 100.3])
    np.testing.assert_allclose(pairing.clocks["left 2"].time_s, [100.01, 100.11, 100.21, 100.31])
    assert "sorted order: 0 = left 1, 1 = left 2" in pairing.notices[0]


def test_a_selection_of_numbered_pictures_finds_its_rows(tmp_path: Path) -> None:
    for name in ("cam_0", "cam_1"):
        _pictures(tmp_path / name, ["0000.png", "0002.png"])
    (tmp_path / "timestamps.csv").write_text(CALISCOPE, encoding="utf-8")
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    assert pairing.clocks["cam_0"].instant.tolist() == [26, 28]
    np.testing.assert_allclose(pairing.clocks["cam_0"].time_s, [100.0, 100.2])


def test_free_running_cameras_are_paired_with_the_nearest_frame(tmp_path: Path) -> None:
    rows = [f"a,{i},{0.1 * i:.3f}" for i in range(6)] + [f"b,{i},{0.1 * i + 0.26:.3f}" for i in range(5)]
    (tmp_path / "timestamps.csv").write_text("camera,frame,time_s\n" + "\n".join(rows), encoding="utf-8")
    _video(tmp_path / "a.mp4", [0] * 6)
    _video(tmp_path / "b.mp4", [0] * 5)
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    assert pairing.clocks["a"].instant.tolist() == [0, 1, 2, 3, 4, 5]
    assert pairing.clocks["b"].instant.tolist()[:3] == [3, 4, 5]
    assert pairing.clocks["b"].instant.tolist()[4] == -1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("frame,time\n1,2\n", "has columns frame,time; wanted camera,frame,time_s"),
        ("camera,frame,time_s\na,0,zero\n", "line 2 does not hold a frame number and a time"),
        ("camera,frame,time_s\na,0,nan\n", "line 2 has time nan"),
        ("camera,frame,time_s\na,0,1.0\n", "has no times for camera 'b'; it has a"),
    ],
)
def test_broken_timestamps_are_answered_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "timestamps.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalibrationError, match=message):
        read_timestamps(path, ["a", "b"])


def test_times_for_another_number_of_frames_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        _video(tmp_path / f"{name}.mp4", [0] * 5)
    rows = [f"{name},{i},{0.1 * i}" for name in "ab" for i in range(3)]
    (tmp_path / "timestamps.csv").write_text("camera,frame,time_s\n" + "\n".join(rows), encoding="utf-8")
    with pytest.raises(CalibrationError, match="lists 3 frames of camera 'a' but its footage has 5"):
        pair_frames(open_folder(tmp_path), tmp_path)


def test_a_corrupt_video_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"not a video at all")
    clip = open_folder(tmp_path)[0]
    with pytest.raises(CalibrationError, match=r"a\.mp4: cannot be decoded"):
        clip.numbers()
    with pytest.raises(CalibrationError, match=r"a\.mp4: cannot be decoded"):
        list(clip.pictures({0}))


def test_a_picture_that_is_none_is_named(tmp_path: Path) -> None:
    _pictures(tmp_path / "a", ["1.png"])
    (tmp_path / "a" / "2.png").write_bytes(b"nothing")
    with pytest.raises(CalibrationError, match=r"2\.png: cannot be read as a picture"):
        scan(open_folder(tmp_path), BOARD)


def test_two_resolutions_in_one_clip_are_refused(tmp_path: Path) -> None:
    _pictures(tmp_path / "a", ["1.png", "2.png"])
    _pictures(tmp_path / "a", ["3.png"], size=(32, 24))
    with pytest.raises(CalibrationError, match="frame 3 is 32x24 px after frames of 64x48"):
        scan(open_folder(tmp_path), BOARD)


def _show(folder: Path, board: Board) -> None:
    texture, _, _ = board_texture(board, per_metre=2000.0)
    picture = np.full((750, 1100), 120, np.uint8)
    picture[50 : 50 + texture.shape[0], 60 : 60 + texture.shape[1]] = texture
    folder.mkdir()
    cv2.imwrite(str(folder / "1.png"), cv2.GaussianBlur(picture, (0, 0), 1.0))


@pytest.mark.parametrize(
    ("shown", "remedy"),
    [
        (Board("charuco", 5, 4, 0.05, 0.0375, "DICT_4X4_50", inverted=True), "set inverted = true"),
        (Board("charuco", 5, 4, 0.05, 0.0375, "DICT_4X4_50", legacy=True), "set legacy = true"),
        (Board("checkerboard", 7, 4, 0.05), 'set type = "checkerboard", columns = 7, rows = 4'),
        (Board("checkerboard", 5, 4, 0.05), 'set type = "checkerboard", columns = 5, rows = 4'),
        (Board("charuco", 5, 4, 0.05, 0.0375, "DICT_6X6_250"), "markers of DICT_6X6_1000 are seen"),
    ],
)
def test_another_board_is_recognised_and_the_remedy_said(tmp_path: Path, shown: Board, remedy: str) -> None:
    _show(tmp_path / "cam1", shown)
    clips = open_folder(tmp_path)
    with pytest.raises(CalibrationError, match=remedy) as caught:
        require_boards(scan(clips, BOARD), BOARD, clips)
    assert "no 5x4 ChArUco board of DICT_4X4_50 in 1 frames" in str(caught.value)


def test_the_right_board_is_found_in_every_clip(tmp_path: Path) -> None:
    _show(tmp_path / "cam1", BOARD)
    clips = open_folder(tmp_path)
    footage = scan(clips, BOARD)
    require_boards(footage, BOARD, clips)
    assert footage["cam1"].size == (1100, 750)
    assert len(footage["cam1"].seen[0].detection.ids) == BOARD.side_points


@pytest.mark.parametrize("pixels", ["yuv420p", "yuvj420p", "yuv422p", "nv12", "gray", "rgb24", "yuv420p10le"])
def test_brightness_taken_from_the_frame_is_what_a_conversion_gives(pixels: str) -> None:
    coarse = np.random.default_rng(0).integers(0, 256, (30, 41, 3), dtype=np.uint8)
    colours = np.repeat(np.repeat(coarse, 8, axis=0), 8, axis=1)
    frame = av.VideoFrame.from_ndarray(colours, format="rgb24").reformat(format=pixels)
    np.testing.assert_array_equal(gray_of(frame), frame.to_ndarray(format="gray"))


def test_frames_without_a_time_are_left_out_and_said(tmp_path: Path) -> None:
    for name in ("cam_0", "cam_1"):
        _video(tmp_path / f"{name}.mp4", [50] * 8)
    rows = [(k, c, k, 0.1 * k) for k in range(8) for c in (0, 1) if (k, c) not in ((3, 1), (7, 1))]
    text = "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in rows)
    (tmp_path / "frame_time_history.csv").write_text("sync_index,port,frame_index,frame_time\n" + text)
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    assert pairing.clocks["cam_1"].number.tolist() == [0, 1, 2, 4, 5, 6]
    assert pairing.clocks["cam_1"].instant.tolist() == [0, 1, 2, 4, 5, 6]
    assert pairing.notices == (
        "frame_time_history.csv: has no time for 2 frames of camera 'cam_1'; they were left out",
    )


def test_long_footage_is_thinned_by_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second camera started seven frames later, so equal frame numbers are not simultaneous."""
    monkeypatch.setattr("calibration.footage.scan.MOST_FRAMES", 10)
    number = np.arange(50)
    clocks = {
        "a": FrameClock(number, number, number / 10.0),
        "b": FrameClock(number, number + 7, number / 10.0 + 0.7),
    }
    looked_at = worth_a_look(Pairing(clocks, timed=True))
    assert 5 < len(looked_at["a"]) <= 10
    assert {k + 7 for k in looked_at["b"]} == looked_at["a"]


def test_times_counted_from_another_number_with_some_missing(tmp_path: Path) -> None:
    for name in ("cam_0", "cam_1"):
        _video(tmp_path / f"{name}.mp4", [50] * 8)
    rows = [(k, c, k, 0.1 * k) for k in range(26, 34) for c in (0, 1) if (k, c) != (29, 1)]
    text = "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in rows)
    (tmp_path / "timestamps.csv").write_text("sync_index,cam_id,frame_index,frame_time\n" + text)
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    assert pairing.clocks["cam_0"].number.tolist() == list(range(8))
    assert pairing.clocks["cam_1"].number.tolist() == [0, 1, 2, 4, 5, 6, 7]
    np.testing.assert_allclose(pairing.clocks["cam_1"].time_s, [2.6, 2.7, 2.8, 3.0, 3.1, 3.2, 3.3])
    assert pairing.notices == ("timestamps.csv: has no time for 1 frames of camera 'cam_1'; they were left out",)


def test_footage_shorter_than_its_times_is_said(tmp_path: Path) -> None:
    _video(tmp_path / "a.mp4", [50] * 4)
    _video(tmp_path / "b.mp4", [50] * 5)
    rows = [f"{camera},{k},{0.1 * k}" for camera in "ab" for k in range(5)]
    (tmp_path / "timestamps.csv").write_text("camera,frame,time_s\n" + "\n".join(rows), encoding="utf-8")
    pairing = pair_frames(open_folder(tmp_path), tmp_path)
    assert pairing.clocks["a"].number.tolist() == [0, 1, 2, 3]
    assert "lists 5 frames of camera 'a' but its footage has 4" in pairing.notices[0]


def test_hidden_files_are_no_footage(tmp_path: Path) -> None:
    _video(tmp_path / "a.mp4", [50] * 2)
    (tmp_path / "._a.mp4").write_bytes(b"left by a Mac")
    assert [clip.name for clip in open_folder(tmp_path)] == ["a"]
