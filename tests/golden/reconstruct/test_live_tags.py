"""Tag plates live, on a truth set whose knees cave in by 10 degrees: seen with tags, not seen without."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.tag_trial import read_tags
from capture.keypoint_files.tags import read_tag_plates
from capture.keypoint_files.trial import read_keypoint_trial
from capture.types import FrameSet, Keypoints2D, Tags2D
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.live import LiveReconstructor, subject_of
from reconstruct.noise_profiles import noise_profile
from reconstruct.pipeline import reconstruct_session
from reconstruct.recording import Purpose, Recording
from reconstruct.types import JointAngles, Observability

Array = NDArray[np.float64]

KNEES = [ANGLE_NAMES.index(f"knee_adduction_{side}") for side in "rl"]
SIZE = (1280, 720)


class TaggedSession(NamedTuple):
    """Builds reconstructors of a person known from a standing trial; the movement's sets and its truth (F, 2) deg."""

    start: Callable[[bool], LiveReconstructor]
    sets: list[FrameSet]
    truth: Array
    deep: NDArray[np.bool_]


@pytest.fixture(scope="module")
def session(shared_data: Path) -> TaggedSession:
    folder = shared_data / "truth" / "squats1_valgus10_tags"
    rig, plates = read_rig(folder / "rig.toml"), read_tag_plates(folder / "tags.toml")

    def recording(purpose: Purpose, path: Path) -> Recording:
        trial = read_keypoint_trial(path, None, None)
        return Recording(purpose, trial, read_tags(path, plates, trial.cameras, trial.frames))

    static, movement = recording(Purpose.STATIC, folder / "static"), recording(Purpose.MOVEMENT, folder)
    keypoints = movement.keypoints.keypoint_set
    noise = noise_profile(keypoints)
    learned = reconstruct_session(rig, [static], noise).session[-1]

    def start(tagged: bool) -> LiveReconstructor:
        return LiveReconstructor(rig, keypoints, noise, subject_of(learned, plates if tagged else None))

    with (folder / "truth.csv").open() as file:
        rows = list(csv.DictReader(file))
    truth = np.array([[float(row[ANGLE_NAMES[k]]) for k in KNEES] for row in rows])
    deep = np.array([float(row["knee_flexion_r"]) for row in rows]) > 85.0
    return TaggedSession(start, list(sets(movement)), truth, deep)


def sets(movement: Recording) -> Iterator[FrameSet]:
    """The movement as the hub would hand it on."""
    trial, worn = movement.keypoints, movement.tags
    assert worn is not None
    for frame in range(trial.frames):
        views: list[Keypoints2D] = []
        tags: list[Tags2D] = []
        for c, camera in enumerate(trial.cameras):
            time_ns = round(trial.time_s[c, frame] * 1e9)
            uv, confidence = trial.uv[c, frame].astype(np.float32), trial.confidence[c, frame].astype(np.float32)
            views.append(Keypoints2D(camera, frame, time_ns, 0, trial.keypoint_set.name, SIZE, uv, confidence))
            seen = np.flatnonzero(np.isfinite(worn.corners[c, frame, :, 0, 0]))
            ids = tuple(worn.plates.ids[i] for i in seen)
            corners = worn.corners[c, frame, seen].astype(np.float32)
            tags.append(Tags2D(camera, frame, time_ns, 0, SIZE, worn.plates.dictionary, ids, corners))
        yield FrameSet(views[0].time_ns, tuple(views), tuple(tags))


def knees(angles: list[JointAngles]) -> tuple[Array, Array, NDArray[np.int8]]:
    """Values and standard errors (F, 2) deg of both knees' adduction, and their classes."""
    return (
        np.degrees([each.values[KNEES] for each in angles]),
        np.degrees([each.standard_error[KNEES] for each in angles]),
        np.array([each.observability[KNEES] for each in angles]),
    )


def test_imposed_valgus_is_measured_live(session: TaggedSession) -> None:
    reconstructor = session.start(True)
    found, error, classes = knees([reconstructor.update(views).angles for views in session.sets])
    known = np.isfinite(found).all(axis=1)
    assert known.mean() > 0.97
    assert (classes[session.deep] == Observability.MEASURED).mean() > 0.9
    share = found[session.deep].mean(axis=0) / session.truth[session.deep].mean(axis=0)
    assert ((share > 0.8) & (share < 1.2)).all(), share
    off = found - session.truth
    assert np.sqrt(np.nanmean(off[session.deep] ** 2)) < 3.0
    assert np.nanmean(np.abs(off[known]) < 1.96 * error[known]) > 0.9


def test_without_tags_the_same_knees_say_that_they_are_not_seen(session: TaggedSession) -> None:
    reconstructor = session.start(False)
    _, error, classes = knees([reconstructor.update(views).angles for views in session.sets])
    assert (classes[session.deep] < Observability.MEASURED).all()
    assert np.nanmedian(error[session.deep]) > 2.5


def test_a_replay_with_tags_is_identical(session: TaggedSession) -> None:
    once, again = session.start(True), session.start(True)
    for views in session.sets[:90]:
        first, second = once.update(views).angles, again.update(views).angles
        np.testing.assert_array_equal(first.values, second.values)
        np.testing.assert_array_equal(first.standard_error, second.standard_error)


def test_knees_whose_tags_vanish_say_so(session: TaggedSession) -> None:
    seen, left = session.start(True), session.start(True)
    half = len(session.sets) // 2
    hidden = [FrameSet(views.time_ns, views.views) for views in session.sets[half:]]
    _, error_seen, _ = knees([seen.update(views).angles for views in session.sets])
    _, error, classes = knees([left.update(views).angles for views in [*session.sets[:half], *hidden]])
    deep = np.flatnonzero(session.deep[half:]) + half
    assert np.median(error[deep] / error_seen[deep]) > 1.3
    assert (classes[deep] < Observability.MEASURED).mean() > 0.5
