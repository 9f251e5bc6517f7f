"""Recorded trials of one session, brought into one order of cameras."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capture.camera_match import match_cameras, natural_key
from capture.types import KeypointTrial
from geometry.rig import Rig


@dataclass(frozen=True, eq=False)
class RecordedSession:
    """Trials whose cameras stand in the order of `rig`; the movement is the last one."""

    rig: Rig
    trials: tuple[KeypointTrial, ...]
    notices: tuple[str, ...]


def align_session(rig: Rig, trials: Sequence[KeypointTrial]) -> RecordedSession:
    """Match every trial's cameras to the rig and lay them out alike.

    The cameras are those of the movement (the last trial), sorted by name, so that the order in which folders or rig
    entries happen to come never matters.  A camera that another trial lacks has seen nothing there.
    """
    matches = [match_cameras(trial.cameras, rig.names) for trial in trials]
    names = sorted(matches[-1].names, key=natural_key)
    notices = [notice for trial in trials for notice in trial.notices]
    notices += [notice for match in matches for notice in match.notices]
    alike = tuple(laid_out(trial, match.names, names) for trial, match in zip(trials, matches, strict=True))
    return RecordedSession(rig.select(names), alike, tuple(dict.fromkeys(notices)))


def laid_out(trial: KeypointTrial, recorded: Sequence[str], wanted: Sequence[str]) -> KeypointTrial:
    """The trial whose cameras are called `recorded`, with the `wanted` cameras; one that it lacks has seen nothing."""
    uv = np.full((len(wanted), *trial.uv.shape[1:]), np.nan)
    confidence = np.zeros((len(wanted), *trial.confidence.shape[1:]))
    time_s = np.tile(np.nanmedian(trial.time_s, axis=0), (len(wanted), 1))
    sizes: list[tuple[int, int] | None] = [None] * len(wanted)
    sds = [float("nan")] * len(wanted) if trial.time_sd_s else []
    for c, name in enumerate(wanted):
        if name in recorded:
            source = list(recorded).index(name)
            uv[c], confidence[c] = trial.uv[source], trial.confidence[source]
            time_s[c], sizes[c] = trial.time_s[source], trial.image_sizes[source]
            sds[c : c + 1] = trial.time_sd_s[source : source + 1]
    return KeypointTrial(
        cameras=tuple(wanted),
        keypoint_set=trial.keypoint_set,
        uv=uv,
        confidence=confidence,
        time_s=time_s,
        image_sizes=tuple(sizes),
        synchronised=trial.synchronised,
        notices=trial.notices,
        time_sd_s=tuple(sds),
    )
