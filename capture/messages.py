"""What nodes and hub say to each other.

A node publishes `KeypointsMessage`, `TagsMessage`, `Heartbeat` and `StreamEnd`; it asks `ClockRequest` and the hub
answers `ClockReply`.  How they look on the wire stands in `wire.py` and docs/protocol.md.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from capture.types import Keypoints2D, Tags2D

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Notice = Annotated[str, msgspec.Meta(max_length=500)]
CameraState = Literal["starting", "running", "lost", "ended"]


@dataclass(frozen=True, slots=True, eq=False)
class KeypointsMessage:
    """Keypoints of one frame on their way to the hub.

    Attributes
    ----------
    node : name of the sender
    sequence : running number of the camera's messages; a gap is a message lost on the way
    keypoints : what was seen, with its capture time on the hub's clock
    """

    node: str
    sequence: int
    keypoints: Keypoints2D


@dataclass(frozen=True, slots=True, eq=False)
class TagsMessage:
    """Tags of the frame whose keypoints are sent just after, with the same time; `sequence` is theirs."""

    node: str
    sequence: int
    tags: Tags2D


class CameraStatus(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """How one camera of a node is doing.

    Attributes
    ----------
    camera : its name
    state : `starting` until the first frame, `lost` while the device is gone, `ended` after the last frame
    fps : measured rate of capture, frames per second; 0 until it is known
    published_fps : measured rate of published frames
    detection_ms : median time of detection
    queue : frames captured and not yet detected
    frames : frames captured so far
    dropped : frames captured that were left out on purpose, because a newer one had come
    recorded : frames written to the node's disk
    notice : one line on what is wrong with the camera or its recording, else empty
    missed : frames that the camera or its bus lost, by gaps in the camera's own numbers
    """

    camera: Name
    state: CameraState
    fps: float
    published_fps: float
    detection_ms: float
    queue: Count
    frames: Count
    dropped: Count
    recorded: Count = 0
    notice: Notice = ""
    missed: Count = 0


class ClockStatus(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The node's clock against the hub's: offset (hub minus node), drift and the sd of a translated time."""

    offset_ns: int
    drift_ppm: float
    sd_ns: Count
    round_trip_ns: Count


class Heartbeat(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Sign of life of a node, several times a second.

    Attributes
    ----------
    node, number : name of the node, running number
    clock : None until the hub has answered
    cameras : how each is doing
    cpu_cores : processor cores that the node uses
    temperature_c : of the warmest part of its computer that tells, degrees Celsius
    """

    node: Name
    number: Count
    clock: ClockStatus | None
    cameras: list[CameraStatus]
    cpu_cores: float = 0.0
    temperature_c: float | None = None


class StreamEnd(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The camera has no more frames; `messages` keypoint messages were sent in all."""

    node: Name
    camera: Name
    messages: Count


class ClockRequest(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Asks the hub for its time; `sent_ns` on the node's clock comes back in the reply."""

    node: Name
    sent_ns: int


class ClockReply(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Answer to a request: when it came and when the answer left, hub clock.

    `hub_start_ns` tells one run of the hub from the next.
    """

    request_sent_ns: int
    received_ns: int
    sent_ns: int
    hub_start_ns: int


Message = KeypointsMessage | TagsMessage | Heartbeat | StreamEnd | ClockRequest | ClockReply
