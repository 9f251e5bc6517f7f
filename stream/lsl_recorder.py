# pylsl ships no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownParameterType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Recording another program's LSL stream (force plates, EMG) beside a trial, on the hub's clock."""

import threading
from pathlib import Path

import numpy as np
import pylsl
from numpy.typing import NDArray

from stream.errors import StreamError
from stream.feed.clocks import clock_minus_hub_s
from stream.files.analog import AnalogTrial, write_analog

Array = NDArray[np.float64]

CHUNK_S, SAMPLES_PER_CHUNK = 0.1, 4096
ON_OUR_CLOCK = pylsl.proc_clocksync | pylsl.proc_monotonize


class LslRecorder:
    """Records from its making until `finish`.

    Samples go straight to a file, so a long recording takes no memory and survives a crash: `path` plus `.part`
    holds rows of float64, the time in seconds of the hub's clock first, then the channels.

    Parameters
    ----------
    stream_name : of a stream that exists already
    path : the analog.parquet to write in the end
    search_s : how long to look for the stream

    Raises
    ------
    StreamError : no such stream, or one that holds text
    """

    def __init__(self, stream_name: str, path: Path, search_s: float = 5.0) -> None:
        found = pylsl.resolve_byprop("name", stream_name, timeout=search_s)
        if not found or found[0].channel_format() == pylsl.cf_string:
            others = sorted({info.name() for info in pylsl.resolve_streams(wait_time=1.0)})
            raise StreamError(
                f"LSL stream '{stream_name}' of numbers is not there; streams now: {', '.join(others) or 'none'}"
            )
        self._inlet = pylsl.StreamInlet(found[0], processing_flags=ON_OUR_CLOCK)
        self._inlet.open_stream(timeout=search_s)
        self._info = self._inlet.info(search_s)
        self._path, self._part = path, path.with_name(path.name + ".part")
        self._lsl_minus_hub_s = clock_minus_hub_s(pylsl.local_clock)
        self._finishing = threading.Event()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._run, name=f"LSL recorder of {stream_name}", daemon=True)
        self._thread.start()

    def finish(self, trial_start_ns: int) -> AnalogTrial:
        """End the recording and write it, with times since the trial's first frame (hub clock).

        Raises
        ------
        StreamError : nothing was received, or the file system refuses
        """
        self._finishing.set()
        self._thread.join()
        self._inlet.close_stream()
        names, units = _channels(self._info)
        rows = np.fromfile(self._part, dtype="<f8").reshape(-1, 1 + len(names))
        if not len(rows):
            raise StreamError(f"LSL stream '{self._info.name()}' sent nothing during the recording")
        later = np.r_[True, np.diff(rows[:, 0]) > 0]
        analog = AnalogTrial(rows[later, 0] - trial_start_ns * 1e-9, names, units, rows[later, 1:])
        write_analog(self._path, analog)
        self._part.unlink()
        return analog

    def _run(self) -> None:
        with self._part.open("wb") as file:
            while not self._finishing.is_set():
                samples, stamps = self._inlet.pull_chunk(timeout=CHUNK_S, max_samples=SAMPLES_PER_CHUNK)
                if stamps:
                    times = np.asarray(stamps) - self._lsl_minus_hub_s
                    np.column_stack([times, np.asarray(samples, dtype=float)]).astype("<f8").tofile(file)
                    file.flush()


def _channels(info: pylsl.StreamInfo) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels and units of the channels, numbered where the stream names none."""
    names: list[str] = []
    units: list[str] = []
    channel = info.desc().child("channels").child("channel")
    for number in range(1, info.channel_count() + 1):
        label = channel.child_value("label")
        names.append(label if label and label not in names and label != "time" else f"{label or info.name()}_{number}")
        units.append(channel.child_value("unit"))
        channel = channel.next_sibling("channel")
    return tuple(names), tuple(units)
