"""What a reconstructor finds at one instant: an estimate for every subject."""

from dataclasses import dataclass

from capture.types import FrameSet, Keypoints2D
from reconstruct.live import Instant, LiveReconstructor
from reconstruct.types import Bystander, LiveFrame


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How an instant came about, as `LiveFrame` tells it."""

    sequence: int
    views: int
    latency_ms: float
    sync_error_ms: float
    dropped: int


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Points and angles of one subject at one instant.

    Attributes
    ----------
    instant : of this subject
    subject : which of the session's subjects, counted from 1
    person : number of the person who is the subject, -1 while the subject is away
    others : people in view who are no subject
    """

    instant: Instant
    subject: int = 1
    person: int = 0
    others: tuple[Bystander, ...] = ()

    def live_frame(self, how: Circumstances) -> LiveFrame:
        """What is published of it."""
        return LiveFrame(
            sequence=how.sequence,
            points=self.instant.points,
            angles=self.instant.angles,
            views=how.views,
            latency_ms=how.latency_ms,
            sync_error_ms=how.sync_error_ms,
            dropped=how.dropped,
            lagged=self.instant.lagged,
            subject=self.subject,
            person=self.person,
            others=self.others,
        )


class OnlyOne:
    """Views that never show anybody else: whoever is seen is the subject."""

    def __init__(self, reconstructor: LiveReconstructor) -> None:
        self._reconstructor = reconstructor

    def collect(self, view: Keypoints2D) -> None:
        """Hand a view on."""
        self._reconstructor.collect(view)

    def work_ahead(self) -> bool:
        """What can be done before the next view."""
        return self._reconstructor.work_ahead()

    def update(self, views: FrameSet) -> tuple[Estimate]:
        """The one estimate."""
        return (Estimate(self._reconstructor.update(views)),)
