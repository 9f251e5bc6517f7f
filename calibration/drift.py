"""Drift watch: does every camera still look where the rig says it does?

From the views of a person, the others given, follows how far each camera seems turned about each of its axes.  The
detector's errors make that a little wrong, but about equally so throughout a session: what counts is the change
since its beginning.  (The distance by which rays miss each other would not do: a turn about the optical axis changes
it by a pixel or two, and a turn to the side slides points along the epipolar lines of cameras of equal height.)
Pure: evidence in, alarms out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from calibration.kernels.camera_turns import turn_equations
from calibration.masks import finite_points
from geometry.camera_model import CameraArrays

Array = NDArray[np.float64]

BASELINE_FRAMES = 120
WINDOW_FRAMES = 60

# A person's pose and place change a detector's errors, so that a camera at rest seems to turn a little as well, most
# about its optical axis (x right, y down, z forward).  This much, and what the camera seemed to wander while the
# session began, is no alarm: on the truth sets nothing at rest came nearer to it than 0.1 deg (`docs/calibration.md`).
_QUIET_RAD = np.deg2rad([0.3, 0.3, 0.4])
_PARTS = 4

# Two cameras that face each other explain a bump nearly alike: the answer has to stay the same for so many instants.
_INSISTS = 20


@dataclass(frozen=True, eq=False)
class TurnEvidence:
    """What some instants say about each camera's turn against the rig; evidence adds up.

    Attributes
    ----------
    A, b : (C, 3, 3) and (C, 3), A turn = b, square px; the turn in the camera's frame, radians
    square_px, freedom : sum of squared misses of the points' views, and its degrees of freedom
    instants : how many
    """

    A: Array
    b: Array
    square_px: float
    freedom: float
    instants: int = 1

    def __add__(self, other: "TurnEvidence") -> "TurnEvidence":
        return TurnEvidence(
            self.A + other.A,
            self.b + other.b,
            self.square_px + other.square_px,
            self.freedom + other.freedom,
            self.instants + other.instants,
        )

    @property
    def turn(self) -> Array:
        """(C, 3) turn of each camera alone that explains the views best, radians; zero where nothing was seen."""
        return (np.linalg.pinv(self.A, hermitian=True) @ self.b[..., None])[..., 0]

    @property
    def variance_px2(self) -> float:
        """Variance of one pixel coordinate; NaN where no point was seen three times."""
        return self.square_px / self.freedom if self.freedom > 0.0 else float("nan")


def turn_evidence(cameras: CameraArrays, uv: Array, confidence: Array, least_confidence: float = 0.3) -> TurnEvidence:
    """What one instant's keypoints say; at least three cameras must see a keypoint for it to say anything.

    Parameters
    ----------
    cameras : the rig
    uv, confidence : (C, K, 2) px and (C, K) of one person in all cameras, at one time; NaN where not seen
    """
    A, b = np.empty((len(uv), 3, 3)), np.empty((len(uv), 3))
    seen = finite_points(uv) & (confidence >= least_confidence)
    square_px, freedom = turn_equations(cameras, np.ascontiguousarray(uv, dtype=float), seen, A, b)
    return TurnEvidence(A, b, square_px, freedom)


@dataclass(frozen=True)
class DriftAlarm:
    """A camera that moved, and by how much it seems turned since the session began, radians."""

    camera: str
    turn_rad: float

    def __str__(self) -> str:
        return (
            f"camera '{self.camera}' moved: it seems turned by {np.rad2deg(self.turn_rad):.1f} deg since the start; "
            "register it again with `valgus rig register`"
        )


@dataclass(frozen=True, eq=False)
class Beginning:
    """How the session began: all evidence of it, and how much each camera seemed to turn to and fro (C, 3), radians."""

    evidence: TurnEvidence
    wander: Array

    @classmethod
    def of(cls, instants: Sequence[TurnEvidence]) -> "Beginning":
        """Of at least _PARTS instants."""
        size = len(instants) // _PARTS
        parts = [_total(instants[i * size : (i + 1) * size]).turn for i in range(_PARTS)]
        return cls(_total(instants), np.std(parts, axis=0, ddof=1))


@dataclass(frozen=True, eq=False)
class DriftWatch:
    """The session's beginning against its last instants; `update` returns a new watch and the alarm that holds now.

    Attributes
    ----------
    names : of the C cameras
    beginning : the first BASELINE_FRAMES, None until then
    recent : the last instants
    suspected, times : the camera that the last instants found turned, and for how many instants in a row
    """

    names: tuple[str, ...]
    beginning: Beginning | None = None
    recent: tuple[TurnEvidence, ...] = field(default_factory=tuple)
    suspected: str | None = None
    times: int = 0

    def update(self, evidence: TurnEvidence) -> tuple["DriftWatch", DriftAlarm | None]:
        """Take in one more instant."""
        if evidence.freedom <= 0.0:
            return self, None
        if self.beginning is None:
            recent = (*self.recent, evidence)
            if len(recent) < BASELINE_FRAMES:
                return replace(self, recent=recent), None
            return replace(self, beginning=Beginning.of(recent), recent=()), None
        recent = (*self.recent, evidence)[-WINDOW_FRAMES:]
        found = _turned(self.names, self.beginning, _total(recent)) if len(recent) == WINDOW_FRAMES else None
        camera = None if found is None else found.camera
        times = self.times + 1 if camera == self.suspected else 1
        watch = replace(self, recent=recent, suspected=camera, times=times)
        return watch, found if times >= _INSISTS else None


def _turned(names: Sequence[str], beginning: Beginning, now: TurnEvidence) -> DriftAlarm | None:
    """The camera whose turn since the beginning explains most, if detectors do not err that much by themselves."""
    turned = now.turn - beginning.evidence.turn
    explained_px2 = np.einsum("ci,cij,cj->c", turned, now.A, turned)
    suspect = int(np.argmax(explained_px2))
    if np.all(np.abs(turned[suspect]) <= _QUIET_RAD + beginning.wander[suspect]):
        return None
    return DriftAlarm(names[suspect], float(np.linalg.norm(turned[suspect])))


def _total(instants: Sequence[TurnEvidence]) -> TurnEvidence:
    return reduce(lambda total, one: total + one, instants)
