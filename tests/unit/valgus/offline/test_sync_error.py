"""How well the cameras' clocks agreed goes from the nodes' messages into the summary of a trial."""

from pathlib import Path

import numpy as np

from capture.keypoint_files.trial import read_keypoint_trial
from capture.messages import KeypointsMessage
from capture.recording.keypoint_log import SUFFIX, KeypointLog
from capture.types import Keypoints2D
from capture.wire import encode
from tests.rigs import ring
from valgus.offline.results import sync_errors_ms
from valgus.offline.session_files import align_session
from valgus.virtual_lab.files import write_keypoints
from valgus.virtual_lab.trial import virtual_lab

FRAME_NS = 10_000_000


def record(folder: Path, camera: str, sd_ns: list[int]) -> None:
    log = KeypointLog(folder / f"{camera}{SUFFIX}")
    uv, confidence = np.ones((1, 17, 2), np.float32), np.ones((1, 17), np.float32)
    for frame, sd in enumerate(sd_ns):
        view = Keypoints2D(camera, frame, frame * FRAME_NS, sd, "coco_17", (1280, 720), uv, confidence)
        log.append(encode(KeypointsMessage("node", frame, view)))
    log.close()


def test_recorded_messages_tell_the_error_of_every_camera(tmp_path: Path) -> None:
    record(tmp_path, "cam02", [3_000_000, 4_000_000, 0, 0])
    record(tmp_path, "cam01", [500_000] * 4)
    session = align_session(ring(2), [read_keypoint_trial(tmp_path, None, None)])
    assert sync_errors_ms(session.trials[0]) == {"cam01": 0.5, "cam02": 2.5}


def test_other_recordings_do_not_tell(tmp_path: Path) -> None:
    lab = virtual_lab(seed=0, cameras=2)
    write_keypoints(tmp_path, lab.record_standing(30.0))
    session = align_session(lab.rig, [read_keypoint_trial(tmp_path, None, None)])
    assert sync_errors_ms(session.trials[0]) == {"cam01": None, "cam02": None}
