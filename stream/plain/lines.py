"""Plain lines of comma-separated numbers, for LabVIEW, Arduino and whatever splits text.

The first line names the columns: `sequence,time_s,latency_ms,lost`, then the chosen angles in degrees, each with its
standard error (`hip_flexion_r,hip_flexion_r_se,...`).  A missing value is an empty field.  Events are lines that begin
with `#`.
"""

from collections.abc import Sequence

import numpy as np

from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import LiveFrame
from stream.errors import StreamError
from stream.feed.clocks import latency_ms, unix_time_s
from stream.feed.live_event import LiveEvent
from stream.feed.shared_numbers import angles_deg

STATUS = ("sequence", "time_s", "latency_ms", "lost")
STATUS_FORMAT = "%d,%.6f,%.3f,%d"


class LineFormat:
    """Which angles a line holds, in which order.

    Parameters
    ----------
    angles : names; none means all

    Raises
    ------
    StreamError : a name that is no angle
    """

    def __init__(self, angles: Sequence[str] = ()) -> None:
        if unknown := [name for name in angles if name not in ANGLE_NAMES]:
            raise StreamError(f"angle '{unknown[0]}' is unknown; choose from {', '.join(ANGLE_NAMES)}")
        names = tuple(angles) or ANGLE_NAMES
        self._columns = [ANGLE_NAMES.index(name) for name in names]
        self._row = STATUS_FORMAT + ",%.3f" * (2 * len(names)) + "\r\n"
        self.header = (",".join([*STATUS, *(f"{name},{name}_se" for name in names)]) + "\r\n").encode()

    def frame(self, frame: LiveFrame, lost: int) -> bytes:
        """One row: `time_s` is the capture in seconds since 1970."""
        values, errors = angles_deg(frame)
        pairs = np.empty((len(self._columns), 2))
        pairs[:, 0], pairs[:, 1] = values[self._columns], errors[self._columns]
        time_ns, numbers = frame.points.time_ns, pairs.ravel().tolist()
        row = self._row % (frame.sequence, unix_time_s(time_ns), latency_ms(time_ns), lost, *numbers)
        return row.replace("nan", "").encode()


def event_line(event: LiveEvent) -> bytes:
    """`# time_s,label,text`."""
    text = " ".join(event.text.split())
    return f"# {unix_time_s(event.time_ns):.6f},{event.label},{text}\r\n".encode()
