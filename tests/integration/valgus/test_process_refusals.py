"""Input that cannot be processed: one line, exit code 2, nothing written."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.formats.aniposelib import write_rig
from calibration.formats.units import scaled
from capture.messages import KeypointsMessage
from capture.recording.keypoint_log import KeypointLog
from capture.types import Keypoints2D
from capture.wire import encode
from tests.support.process_command import write_json, write_session
from valgus.cli.main import main
from valgus.virtual_lab.kinematics import HALPE_26
from valgus.virtual_lab.trial import VirtualTrial, virtual_trial

FRAMES = 6
Damage = Callable[[Path, VirtualTrial], None]


@pytest.fixture(scope="module")
def trial() -> VirtualTrial:
    return virtual_trial(5, cameras=3, seconds=FRAMES / 30.0, fps=30.0)


@pytest.fixture
def session(trial: VirtualTrial, tmp_path: Path) -> Path:
    return write_session(tmp_path / "session", trial.rig, trial.main, trial.static)


def refused(capsys: pytest.CaptureFixture[str], out: Path, *arguments: str) -> str:
    """The one line that a refusal consists of."""
    before = sorted(out.parent.rglob("*"))
    code = main(["process", *arguments, "--out", str(out)])
    shown = capsys.readouterr()
    assert (code, shown.out) == (2, ""), shown.err
    assert shown.err.startswith("valgus: ")
    assert shown.err.count("\n") == 1
    assert sorted(out.parent.rglob("*")) == before, "nothing may be left behind"
    return shown.err


def renamed(session: Path, trial: VirtualTrial) -> None:
    cameras = ("cam01", "cam02", "kitchen")
    write_session(session, trial.rig, replace(trial.main, cameras=cameras), trial.static)


def one_too_many(session: Path, trial: VirtualTrial) -> None:
    write_rig(session / "rig.toml", trial.rig.select(["cam01", "cam02"]))


def nobody(session: Path, trial: VirtualTrial) -> None:
    unseen = replace(
        trial.main, uv=np.full_like(trial.main.uv, np.nan), confidence=np.zeros_like(trial.main.confidence)
    )
    write_session(session, trial.rig, unseen, trial.static)


def seen_by_one_camera(session: Path, trial: VirtualTrial) -> None:
    confidence = trial.main.confidence.copy()
    confidence[1:] = 0.0
    write_session(session, trial.rig, replace(trial.main, confidence=confidence), trial.static)


def not_a_number(session: Path, trial: VirtualTrial) -> None:
    times = trial.main.time_s.copy()
    times[1, 2] = np.nan
    write_session(session, trial.rig, replace(trial.main, time_s=times), trial.static)


def no_place_at_all(session: Path, trial: VirtualTrial) -> None:
    write_session(session, trial.rig, replace(trial.main, uv=np.full_like(trial.main.uv, np.nan)), trial.static)


def in_millimetres(session: Path, trial: VirtualTrial) -> None:
    write_rig(session / "rig.toml", scaled(trial.rig, 1000.0))
    written = (session / "rig.toml").read_text()
    (session / "rig.toml").write_text(written.replace('units = "m"', ""))


def of_another_room(session: Path, trial: VirtualTrial) -> None:
    write_rig(session / "rig.toml", scaled(trial.rig, 1000.0))


def without_numbers(session: Path, trial: VirtualTrial) -> None:
    lines = (session / "rig.toml").read_text().splitlines()
    spoilt = ["translation = [nan, 0.0, 3.0]" if line.startswith("translation") else line for line in lines]
    (session / "rig.toml").write_text("\n".join(spoilt))


def empty(session: Path, trial: VirtualTrial) -> None:
    (session / "main/keypoints.npz").unlink()


def truncated_npz(session: Path, trial: VirtualTrial) -> None:
    path = session / "main/keypoints.npz"
    path.write_bytes(path.read_bytes()[:2000])


def truncated_json(session: Path, trial: VirtualTrial) -> None:
    empty(session, trial)
    write_json(session / "main", trial.main)
    path = session / "main/cam02_json/cam02_000003.json"
    path.write_text(path.read_text()[:100])


def empty_json_folder(session: Path, trial: VirtualTrial) -> None:
    empty(session, trial)
    write_json(session / "main", trial.main)
    shutil.rmtree(session / "main/cam02_json")
    (session / "main/cam02_json").mkdir()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (renamed, "camera 'kitchen' of the recording is not in the rig, which has cam01, cam02, cam03"),
        (one_too_many, "camera 'cam03' of the recording is not in the rig"),
        (nobody, "0 of 3 cameras ever see a person"),
        (seen_by_one_camera, "1 of 3 cameras ever see a person"),
        (not_a_number, "time"),
        (no_place_at_all, "0 of 3 cameras ever see a person"),
        (without_numbers, "translation"),
        (of_another_room, "no frame shows a body of human size"),
        (in_millimetres, "millimetres"),
        (empty, "main: holds neither folders of OpenPose JSON"),
        (truncated_npz, "keypoints.npz"),
        (truncated_json, "cam02_000003.json"),
        (empty_json_folder, "cam02_json"),
    ],
)
def test_keypoints_that_cannot_be_processed(
    damage: Damage,
    words: str,
    session: Path,
    trial: VirtualTrial,
    capsys: pytest.CaptureFixture[str],
) -> None:
    damage(session, trial)
    where = ["--rig", str(session / "rig.toml"), "--keypoints", str(session / "main"), "--fps", "30"]
    line = refused(capsys, session / "out", *where)
    assert words in line


def write_video(path: Path, size: tuple[int, int]) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, size)
    for _ in range(FRAMES):
        writer.write(np.full((size[1], size[0], 3), 90, np.uint8))
    writer.release()


def no_videos(videos: Path) -> None:
    pass


def one_is_no_video(videos: Path) -> None:
    for camera in ("cam01", "cam02"):
        write_video(videos / f"{camera}.avi", (320, 240))
    (videos / "cam03.mp4").write_bytes(b"this is no film")


def one_is_there(videos: Path) -> None:
    write_video(videos / "cam01.avi", (320, 240))


@pytest.mark.parametrize(
    ("fill", "detector", "words"),
    [
        (no_videos, "blazepose-heavy", "holds no video; name one per camera"),
        (one_is_no_video, "blazepose-heavy", "cam03.mp4"),
        (one_is_there, "openpose", "blazepose-heavy"),
    ],
)
def test_videos_that_cannot_be_processed(
    fill: Callable[[Path], None], detector: str, words: str, session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos = session / "videos"
    videos.mkdir()
    fill(videos)
    where = ["--rig", str(session / "rig.toml"), "--videos", str(videos), "--detector", detector]
    assert words in refused(capsys, session / "out", *where)


def test_pictures_of_another_size(trial: VirtualTrial, session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A node's recording knows the size of its pictures."""
    recording = session / "recording"
    recording.mkdir()
    for camera in trial.rig.names:
        log = KeypointLog(recording / f"{camera}.keypoints")
        for frame in range(FRAMES):
            seen = np.ones((1, 26, 2), np.float32), np.ones((1, 26), np.float32)
            view = Keypoints2D(camera, frame, frame * 33_000_000, 0, HALPE_26.name, (640, 480), *seen)
            log.append(encode(KeypointsMessage("n", frame, view)))
        log.close()
    line = refused(capsys, session / "out", "--rig", str(session / "rig.toml"), "--keypoints", str(recording))
    assert "pictures are 640x480 but the rig is calibrated for 1280x720; record at that size or calibrate" in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give either --keypoints DIR or --videos DIR"),
        (["--keypoints", "{}/main", "--videos", "{}/main"], "give either --keypoints DIR or --videos DIR"),
        (["--keypoints", "{}/absent"], "absent: no such folder"),
        (["--videos", "{}/absent"], "absent"),
        (["--keypoints", "{}/main", "--fps", "-3"], "--fps -3: frames per second must be a positive number"),
        (["--keypoints", "{}/main", "--keypoint-set", "halpe"], "body_25, body_25b"),
        (["--keypoints", "{}/main", "--triangulation", "best"], "choose one of robust, dlt15"),
        (["--keypoints", "{}/main", "--static", "{}/absent"], "absent: no such folder"),
    ],
)
def test_questions_that_make_no_sense(
    arguments: list[str], words: str, session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [argument.format(session) for argument in arguments]
    assert words in refused(capsys, session / "out", "--rig", str(session / "rig.toml"), *filled)


def test_a_rig_that_is_not_there(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = refused(capsys, session / "out", "--rig", str(session / "no.toml"), "--keypoints", str(session / "main"))
    assert "no.toml" in line
