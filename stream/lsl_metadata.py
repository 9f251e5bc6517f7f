# pylsl ships no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownParameterType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What LSL streams say about themselves, after the XDF recommendation for motion capture (content type `MoCap`)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pylsl

from reconstruct.angle_names import ANGLE_NAMES

SUBJECT = "subject"
STATUS = (
    ("sequence", "Counter", "count"),
    ("latency", "Latency", "milliseconds"),
    ("hub_latency", "Latency", "milliseconds"),
    ("sync_error", "StandardDeviation", "milliseconds"),
    ("views", "Counter", "count"),
    ("dropped", "Counter", "count"),
    ("stream_dropped", "Counter", "count"),
)
"""Behind the angles: what docs/streaming.md says about a frame, in this order."""


@dataclass(frozen=True)
class ChannelInfo:
    """One channel: `marker` is the point it belongs to, or empty."""

    label: str
    kind: str
    unit: str
    marker: str = ""


def point_channels(names: Sequence[str]) -> list[ChannelInfo]:
    """X, Y, Z and standard error of every point, metres, Z up."""
    kinds = (("x", "PositionX"), ("y", "PositionY"), ("z", "PositionZ"), ("se", "StandardError"))
    return [ChannelInfo(f"{name}_{end}", kind, "meters", name) for name in names for end, kind in kinds]


def angle_channels() -> list[ChannelInfo]:
    """Value, standard error and observability of every angle, then the status of the frame."""
    kinds = (("", "Angle", "degrees"), ("_se", "StandardError", "degrees"), ("_obs", "Observability", "class"))
    angles = [ChannelInfo(name + end, kind, unit) for name in ANGLE_NAMES for end, kind, unit in kinds]
    return [*angles, *(ChannelInfo(*status) for status in STATUS)]


def described(info: pylsl.StreamInfo, channels: Sequence[ChannelInfo], lag_s: float) -> pylsl.StreamInfo:
    """The same stream with its channels, its origin and the lag that its time stamps make up for."""
    description = info.desc()
    acquisition = description.append_child("acquisition")
    acquisition.append_child_value("manufacturer", "valgus")
    acquisition.append_child_value("model", "multi-camera markerless motion capture")
    acquisition.append_child_value("compensated_lag", f"{lag_s:.6f}")
    settings = acquisition.append_child("settings")
    settings.append_child_value("world", "right-handed, meters, Z up, origin on the floor")
    settings.append_child_value("observability", "0 prior, 1 partial, 2 measured")
    listed = description.append_child("channels")
    for channel in channels:
        entry = listed.append_child("channel")
        entry.append_child_value("label", channel.label)
        if channel.marker:
            entry.append_child_value("marker", channel.marker)
        entry.append_child_value("object", SUBJECT)
        entry.append_child_value("type", channel.kind)
        entry.append_child_value("unit", channel.unit)
    return info
