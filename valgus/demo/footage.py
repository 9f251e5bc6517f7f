"""Real footage through real detectors: the balancing clip, in lock-step."""

from pathlib import Path

from calibration.formats.qualisys import read_rig
from capture.camera_match import match_cameras
from capture.detectors.catalogue import DEFAULT_DETECTOR
from capture.detectors.weight_sources import fetch
from capture.detectors.weights import model
from capture.keypoint_sets import keypoint_set
from capture.video_trial import find_videos
from valgus.demo.footage_node import FootagePart, run_footage_node
from valgus.demo.performance import Tell
from valgus.demo.play import Play
from valgus.demo.published_clip import balancing_clip
from valgus.live.hub import Pace


def footage_play(tell: Tell) -> Play:
    """The clip before its calibrated cameras; downloads clip and weights where they are not here.

    Raises
    ------
    ValgusError, CaptureError : one of them cannot be had
    """
    wanted = model(DEFAULT_DETECTOR)
    if wanted.lacking:
        tell(f"{wanted.name}: weights from {fetch(wanted)}")
    return play_of(balancing_clip(), wanted.name)


def play_of(clip: Path, detector: str) -> Play:
    """What stands in a folder with videos/ and calibration/Calib.qca.txt."""
    rig = read_rig(clip / "calibration" / "Calib.qca.txt")
    videos = find_videos(clip / "videos")
    names = match_cameras([video.stem for video in videos], rig.names).names
    parts = tuple(FootagePart(name, video, detector) for name, video in zip(names, videos, strict=True))
    return Play(rig.select(names), keypoint_set("blazepose_33"), parts, run_footage_node, Pace.LOCK_STEP)
