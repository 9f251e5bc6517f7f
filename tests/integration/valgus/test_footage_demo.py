"""Real footage through real detector processes in lock-step: every frame of every camera, in order."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.detectors.weights import model
from reconstruct.types import LiveFrame
from valgus.demo.footage import play_of
from valgus.demo.footage_node import FootagePart
from valgus.demo.stage import Stage

FRAMES = 8


@pytest.fixture
def short_clip(shared_data: Path, tmp_path: Path) -> Path:
    """The first frames of two cameras of the balancing clip, under names that the rig spells otherwise."""
    clip = shared_data / "pose2sim_single"
    (tmp_path / "calibration").mkdir()
    (tmp_path / "videos").mkdir()
    shutil.copy(clip / "calibration" / "Calib.qca.txt", tmp_path / "calibration")
    for name in ("cam02", "cam04"):
        first_frames(clip / "videos" / f"{name}.mp4", tmp_path / "videos" / f"CAM_{name[3:]}.mp4")
    return tmp_path


def first_frames(source: Path, target: Path) -> None:
    video = cv2.VideoCapture(str(source))
    pictures = [video.read()[1] for _ in range(FRAMES)]
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(target), cv2.VideoWriter.fourcc(*"mp4v"), 60.0, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()


def test_videos_are_matched_to_the_rig(short_clip: Path) -> None:
    play = play_of(short_clip, "blazepose-heavy")
    assert play.rig.names == ("cam02", "cam04")
    parts = [(part.camera, part.video.name) for part in play.parts if isinstance(part, FootagePart)]
    assert parts == [("cam02", "CAM_02.mp4"), ("cam04", "CAM_04.mp4")]


def test_every_frame_is_looked_at(short_clip: Path) -> None:
    if model("blazepose-heavy").lacking:
        pytest.skip("the weights of blazepose-heavy are not on this machine (valgus models get blazepose-heavy)")
    lines: list[str] = []
    with Stage(play_of(short_clip, "blazepose-heavy")) as stage:
        frames: list[LiveFrame] = list(stage.frames(stage.start(), lines.append))
        report = stage.report
    assert lines == []
    assert len(frames) == report.published == FRAMES
    assert {name: (camera.received, camera.missing) for name, camera in report.cameras.items()} == {
        "cam02": (FRAMES, 0),
        "cam04": (FRAMES, 0),
    }
    seen = np.isfinite([frame.points.xyz for frame in frames]).all(axis=-1)
    assert seen.mean() > 0.5
    assert np.all(np.isnan([frame.latency_ms for frame in frames])), "recorded times have nothing to do with now"
