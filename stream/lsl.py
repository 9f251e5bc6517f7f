# pylsl ships no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownParameterType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Lab Streaming Layer: points as a MoCap stream, angles, metrics and markers beside it.

Samples carry the capture time on LSL's clock, so they align with force plates and EMG without further ado.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
import pylsl
from numpy.typing import NDArray

from reconstruct.types import LiveFrame
from stream.feed.clocks import clock_minus_hub_s, latency_ms
from stream.feed.live_event import LiveEvent
from stream.feed.packets import event_packet
from stream.feed.shared_numbers import angles_deg, point_errors_m
from stream.lsl_metadata import ChannelInfo, angle_channels, described, point_channels

BUFFER_S = 10
"""Of what a receiver that has stopped reading still gets; older samples are lost to it alone."""


@dataclass(frozen=True)
class _FrameOutlets:
    keypoint_set: str
    points: pylsl.StreamOutlet
    angles: pylsl.StreamOutlet


class LslSink:
    """Four outlets: `<name> points` (MoCap), `<name> angles`, `<name> metrics`, `<name> markers`.

    Parameters
    ----------
    name : first word of the streams' names, so that two systems in one network stay apart; it also makes the source
        id, by which receivers find a stream again after a restart
    """

    refused = 0

    def __init__(self, name: str) -> None:
        self.name = name
        self._lsl_minus_hub_s = clock_minus_hub_s(pylsl.local_clock)
        self._frames: _FrameOutlets | None = None
        self._markers = self._text_outlet("markers", "Markers")
        self._metrics = self._text_outlet("metrics", "Metrics")

    def send_frame(self, frame: LiveFrame, lost: int) -> None:
        """Push one sample of points and one of angles, both stamped with the capture time."""
        outlets = self._outlets_for(frame)
        stamp = self._stamp(frame.points.time_ns)
        # Chunks of one: pylsl takes arrays as they are, and converts samples number by number.
        outlets.angles.push_chunk(_angle_sample(frame, lost), stamp)
        outlets.points.push_chunk(_point_sample(frame), stamp)

    def send_event(self, event: LiveEvent) -> None:
        """Push the event as a marker `label text`, and its numbers, where it has any, as JSON."""
        stamp = self._stamp(event.time_ns)
        self._markers.push_sample([f"{event.label} {event.text}".strip()], stamp)
        if event.metrics:
            self._metrics.push_sample([msgspec.json.encode(event_packet(event)).decode()], stamp)

    def close(self) -> None:
        """Close all outlets: receivers see the streams end."""
        self._frames = None
        del self._markers, self._metrics

    def _stamp(self, time_ns: int) -> float:
        return time_ns * 1e-9 + self._lsl_minus_hub_s

    def _outlets_for(self, frame: LiveFrame) -> _FrameOutlets:
        """Outlets with a channel per point; made anew where the detector's keypoint set has changed."""
        points = frame.points.keypoint_set
        if self._frames is None or self._frames.keypoint_set != points.name:
            lag_s = latency_ms(frame.points.time_ns) * 1e-3
            self._frames = _FrameOutlets(
                keypoint_set=points.name,
                points=self._outlet("points", "MoCap", pylsl.cf_float32, point_channels(points.names), lag_s),
                angles=self._outlet("angles", "JointAngles", pylsl.cf_double64, angle_channels(), lag_s),
            )
        return self._frames

    def _outlet(
        self, what: str, content: str, number: int, channels: list[ChannelInfo], lag_s: float
    ) -> pylsl.StreamOutlet:
        info = pylsl.StreamInfo(
            f"{self.name} {what}", content, len(channels), pylsl.IRREGULAR_RATE, number, f"{self.name}-{what}"
        )
        return pylsl.StreamOutlet(described(info, channels, lag_s), max_buffered=BUFFER_S)

    def _text_outlet(self, what: str, content: str) -> pylsl.StreamOutlet:
        info = pylsl.StreamInfo(
            f"{self.name} {what}", content, 1, pylsl.IRREGULAR_RATE, pylsl.cf_string, f"{self.name}-{what}"
        )
        return pylsl.StreamOutlet(info, max_buffered=BUFFER_S)


def _angle_sample(frame: LiveFrame, lost: int) -> NDArray[np.float64]:
    """(1, 3 A + status) value, standard error and observability of every angle, and how the stream is doing."""
    latency = latency_ms(frame.points.time_ns)
    status = (frame.sequence, latency, frame.latency_ms, frame.sync_error_ms, frame.views, frame.dropped, lost)
    triples = 3 * len(frame.angles.values)
    sample = np.empty((1, triples + len(status)))
    sample[0, 0:triples:3], sample[0, 1:triples:3] = angles_deg(frame)
    sample[0, 2:triples:3] = frame.angles.observability
    sample[0, triples:] = status
    return sample


def _point_sample(frame: LiveFrame) -> NDArray[np.float32]:
    """(1, 4 K) place and standard error of every point."""
    sample = np.empty((len(frame.points.xyz), 4), dtype=np.float32)
    sample[:, :3], sample[:, 3] = frame.points.xyz, point_errors_m(frame)
    return sample.reshape(1, -1)
