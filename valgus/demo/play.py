"""What the stage needs to know of whatever is played on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from geometry.rig import Rig
from valgus.live.hub import Pace
from valgus.live.person import Person


class Part(Protocol):
    """What one node plays; it goes to the node's process as it is."""

    @property
    def camera(self) -> str:
        """Name of the camera, as in the rig."""
        ...


@dataclass(frozen=True, eq=False)
class Play:
    """One demonstration.

    Attributes
    ----------
    rig : its cameras
    person : static trial from which the hub learns the body, or only what the detectors emit
    parts : one per camera
    perform : what a node's process runs
    pace : live, or in lock-step
    """

    rig: Rig
    person: Person
    parts: tuple[Part, ...]
    perform: Callable[..., None]
    pace: Pace

    @property
    def hub(self) -> dict[str, Any]:
        """Arguments of the hub's process."""
        return {"rig": self.rig, "person": self.person, "pace": self.pace}
