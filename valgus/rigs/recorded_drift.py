"""Drift watch over a recorded session: which camera was bumped, and when."""

from dataclasses import dataclass

from calibration.drift import DriftAlarm, DriftWatch, turn_evidence
from valgus.rigs.person_views import LEAST_CONFIDENCE, PersonViews


@dataclass(frozen=True)
class TimedAlarm:
    """An alarm and when it was first raised, seconds into the recording."""

    alarm: DriftAlarm
    time_s: float


def watch_recording(person: PersonViews) -> list[TimedAlarm]:
    """First alarm of every camera that moved, in the order of time."""
    watch, first = DriftWatch(person.rig.names), dict[str, TimedAlarm]()
    for f, time_s in enumerate(person.time_s - person.time_s[0]):
        evidence = turn_evidence(person.rig.arrays, person.uv[:, f], person.confidence[:, f], LEAST_CONFIDENCE)
        watch, alarm = watch.update(evidence)
        if alarm is not None and alarm.camera not in first:
            first[alarm.camera] = TimedAlarm(alarm, float(time_s))
    return list(first.values())
