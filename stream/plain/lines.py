"""Plain lines of comma-separated numbers over UDP and TCP, for LabVIEW, Arduino and whatever splits text.

The first line names the columns: `sequence,time_s,latency_ms,lost`, then every angle in degrees with its standard error
(`hip_flexion_r,hip_flexion_r_se,...`).  A missing value is an empty field.  TCP sends the names to everyone who
connects, UDP repeats them once a second.  Events are lines that begin with `#`.
"""

import numpy as np

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import LiveFrame
from stream.feed.clocks import latency_ms, unix_time_s
from stream.feed.live_event import LiveEvent

HEADER = (
    ",".join(["sequence", "time_s", "latency_ms", "lost", *(f"{name},{name}_se" for name in ANGLE_NAMES)]).encode()
    + b"\r\n"
)
_ROW = "%d,%.6f,%.3f,%d" + ",%.3f" * (2 * len(ANGLE_NAMES)) + "\r\n"


def frame_line(frame: LiveFrame, lost: int) -> bytes:
    """One row: time is the capture in seconds since 1970."""
    angles = frame.angles
    pairs = np.rad2deg(np.column_stack([angles.values, angles.standard_error])).ravel().tolist()
    time_ns = frame.points.time_ns
    row = _ROW % (frame.sequence, unix_time_s(time_ns), latency_ms(time_ns), lost, *pairs)
    return row.replace("nan", "").encode()


def event_line(event: LiveEvent) -> bytes:
    """`# time_s,label,text`."""
    text = " ".join(event.text.split())
    return f"# {unix_time_s(event.time_ns):.6f},{event.label},{text}\r\n".encode()
