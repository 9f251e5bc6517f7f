"""A recorded video against a file of trigger times."""

from pathlib import Path

import numpy as np

from capture.cameras.video_file import VideoFile
from capture.errors import CaptureError
from capture.keypoint_files.timestamps_csv import times_in
from capture.trigger.light import Alignment, Light, LightFinder, align_events, switched_on
from capture.types import Array

_NS = 1e-9


def align_recording(video: Path, triggers: Path) -> tuple[Light, Alignment]:
    """Find the light in a video and align its flashes with trigger times.

    Parameters
    ----------
    video : its frames' times come from `<camera>.timestamps.csv` beside it where there is one, else from itself
    triggers : text file with one time per line, seconds on the other device's clock

    Raises
    ------
    CaptureError : a file cannot be read, no light is found, or flashes and triggers do not agree
    """
    finder, times = LightFinder(), list[float]()
    camera = VideoFile(video, video.stem)
    try:
        while (frame := camera.read()) is not None:
            finder.watch(frame.image)
            times.append(frame.time_ns * _NS)
    finally:
        camera.close()
    light = finder.find()
    seen_s, sd_s = switched_on(_times(video, np.array(times)), light)
    return light, align_events(seen_s, sd_s, _triggers(triggers))


def _times(video: Path, own_s: Array) -> Array:
    exact = times_in(video.parent).get(video.stem)
    return exact.time_s[: len(own_s)] if exact is not None and len(exact.time_s) >= len(own_s) else own_s


def _triggers(path: Path) -> list[float]:
    try:
        return [float(line) for line in path.read_text(encoding="utf-8").split()]
    except OSError as error:
        raise CaptureError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise CaptureError(f"{path}: is not a list of times in seconds, one per line ({error})") from None
