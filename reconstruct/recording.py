"""What a lab records of one person, and for what."""

from dataclasses import dataclass
from enum import StrEnum

from capture.keypoint_files.tags import TagTrial
from capture.types import KeypointTrial


class Purpose(StrEnum):
    """Why a trial was recorded: standing still, moving joints in known ways, or the movement of interest."""

    STATIC = "static"
    FUNCTIONAL = "functional"
    MOVEMENT = "movement"


@dataclass(frozen=True, eq=False)
class Recording:
    """Keypoints of a trial and, where tag plates were worn, where these were seen (in the same cameras and frames)."""

    purpose: Purpose
    keypoints: KeypointTrial
    tags: TagTrial | None = None
