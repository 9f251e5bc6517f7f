"""Records a made-up camera at 50 frames a second until it is killed: `recording_script.py FOLDER CODEC`."""

import sys
import time
from pathlib import Path

import numpy as np

from capture.keypoint_sender import RecordedTime
from capture.recording.disk_guard import DiskGuard, DiskLimits
from capture.recording.recorder import Recorder
from capture.recording.video_writer import Codec
from capture.types import Frame

folder = Path(sys.argv[1])
codec: Codec = "mjpeg" if sys.argv[2] == "mjpeg" else "ffv1" if sys.argv[2] == "ffv1" else "h264"
recorder = Recorder(folder, "cam01", codec, RecordedTime(), DiskGuard(folder, DiskLimits(0, 0)))
for index in range(1_000_000):
    image = np.full((240, 320, 3), index % 200, np.uint8)
    recorder.frame(Frame("cam01", index, time.monotonic_ns(), 0, image))
    print(index, flush=True)
    time.sleep(0.02)
