"""A force plate's LSL stream recorded beside a trial."""

import threading
import time

import numpy as np
import pylsl
import pytest

from stream.errors import StreamError
from stream.files.analog import read_analog
from stream.lsl_recorder import LslRecorder


@pytest.fixture
def plate():
    """Outlet of two channels at 1000 Hz that knows nothing of us, running until the test ends."""
    name = f"plate{time.monotonic_ns()}"
    info = pylsl.StreamInfo(name, "Force", 2, 1000.0, pylsl.cf_float32, name)
    channels = info.desc().append_child("channels")
    for label, unit in (("Fz", "N"), ("Mx", "Nm")):
        channel = channels.append_child("channel")
        channel.append_child_value("label", label)
        channel.append_child_value("unit", unit)
    outlet = pylsl.StreamOutlet(info)
    ending = threading.Event()

    def run() -> None:
        sample = 0
        while not ending.is_set():
            moment = pylsl.local_clock()
            for _ in range(10):
                outlet.push_sample([float(sample), -1.0], moment - 0.009 + 0.001 * (sample % 10))
                sample += 1
            time.sleep(0.01)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield name
    ending.set()
    thread.join()


def test_samples_are_written_with_times_since_the_trial_s_start(plate, tmp_path):
    recorder = LslRecorder(plate, tmp_path / "trial" / "analog.parquet")
    time.sleep(0.3)
    trial_start_ns = time.monotonic_ns()
    time.sleep(0.5)
    recorder.finish(trial_start_ns)
    analog = read_analog(tmp_path / "trial" / "analog.parquet")
    assert analog is not None
    assert (analog.names, analog.units) == (("Fz", "Mx"), ("N", "Nm"))
    assert analog.time_s[0] < 0.0
    assert 0.3 < analog.time_s[-1] < 2.0
    np.testing.assert_array_equal(np.diff(analog.values[:, 0]), 1.0)
    assert [path.name for path in (tmp_path / "trial").iterdir()] == ["analog.parquet"]


def test_a_stream_that_is_not_there_is_named_with_those_that_are(plate, tmp_path):
    with pytest.raises(StreamError, match=f"'no-such-plate' of numbers is not there; streams now: .*{plate}"):
        LslRecorder("no-such-plate", tmp_path / "analog.parquet", search_s=0.3)
