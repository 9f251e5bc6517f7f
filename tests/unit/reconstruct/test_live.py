"""The live reconstruction on a virtual lab: close to the truth, the same on every replay, and never taken in."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from capture.types import FrameSet, Keypoints2D, KeypointTrial
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.live import Instant, LiveReconstructor, subject_of
from reconstruct.pipeline import reconstruct_session
from reconstruct.pixel_noise import PixelNoise
from reconstruct.recording import Purpose, Recording
from valgus.virtual_lab.trial import VirtualTrial, virtual_trial

Array = NDArray[np.float64]

NOISE = PixelNoise()
FRAMES = 150
CHECKED = ("hip_adduction", "knee_flexion", "apparent_valgus")


@pytest.fixture(scope="module")
def lab() -> VirtualTrial:
    return virtual_trial(seed=11, seconds=FRAMES / 60)


@pytest.fixture(scope="module")
def subject(lab: VirtualTrial):
    """The person as the static trial has taught it."""
    return subject_of(reconstruct_session(lab.rig, [Recording(Purpose.STATIC, lab.static)], NOISE).session[-1])


def view(trial: KeypointTrial, camera: int, frame: int) -> Keypoints2D:
    return Keypoints2D(
        trial.cameras[camera], frame, round(trial.time_s[camera, frame] * 1e9), 0, trial.keypoint_set.name, (1280, 720),
        trial.uv[camera, frame].astype(np.float32), trial.confidence[camera, frame].astype(np.float32),
    )  # fmt: skip


def sets(trial: KeypointTrial, cameras: tuple[int, ...] = (0, 1, 2, 3)) -> Iterator[FrameSet]:
    """The trial's frames, seen by some of its cameras."""
    for frame in range(trial.frames):
        views = tuple(view(trial, c, frame) if c in cameras else None for c in range(len(trial.cameras)))
        yield FrameSet(round(trial.time_s[0, frame] * 1e9), views)


@pytest.fixture
def start(lab: VirtualTrial, subject):
    return partial(LiveReconstructor, lab.rig, lab.main.keypoint_set, NOISE, subject)


def errors(instants: list[Instant], lab: VirtualTrial, lagged: bool = False) -> Array:
    """(n, 6) deg of the checked angles of both legs."""
    columns = [ANGLE_NAMES.index(f"{name}_{side}") for name in CHECKED for side in "rl"]
    angles = [instant.lagged if lagged else instant.angles for instant in instants]
    known = [each for each in angles if each is not None and np.isfinite(each.values[columns]).all()]
    rows: list[Array] = []
    for each in known:
        truth = [np.interp(each.time_ns * 1e-9, lab.truth.time_s, lab.truth.angles[:, c]) for c in columns]
        rows.append(np.degrees(each.values[columns] - truth))
    return np.array(rows)


def test_live_angles_follow_the_truth_and_say_how_well(lab: VirtualTrial, start) -> None:
    reconstructor = start()
    instants = [reconstructor.update(views) for views in sets(lab.main)]
    rmse = np.sqrt((errors(instants, lab) ** 2).mean(0))
    assert len(errors(instants, lab)) > 0.95 * FRAMES
    assert (rmse < 4.5).all(), rmse
    lagged = np.sqrt((errors(instants, lab, lagged=True) ** 2).mean(0))
    assert lagged.mean() < 1.02 * rmse.mean()


def test_a_replay_is_identical(lab: VirtualTrial, start) -> None:
    once, again = start(), start()
    for first, second in zip(map(once.update, sets(lab.main)), map(again.update, sets(lab.main)), strict=True):
        np.testing.assert_array_equal(first.angles.values, second.angles.values)
        np.testing.assert_array_equal(first.angles.standard_error, second.angles.standard_error)
        np.testing.assert_array_equal(first.points.xyz, second.points.xyz)


@pytest.mark.parametrize("ahead", [1, 2, 3, 4])
def test_views_used_as_they_come_give_exactly_what_a_whole_set_gives(lab: VirtualTrial, start, ahead: int) -> None:
    whole, one_by_one = start(), start()
    for views in sets(lab.main):
        for view in views.views[:ahead]:
            one_by_one.collect(view)
            while one_by_one.work_ahead():
                pass
        first, second = whole.update(views), one_by_one.update(views)
        np.testing.assert_array_equal(first.angles.values, second.angles.values)
        np.testing.assert_array_equal(first.angles.standard_error, second.angles.standard_error)
        np.testing.assert_array_equal(first.points.xyz, second.points.xyz)


def test_the_order_in_which_views_come_matters_less_than_the_errors(lab: VirtualTrial, start) -> None:
    whole, mixed, rng = start(), start(), np.random.default_rng(3)
    apart: list[Array] = []
    for views in sets(lab.main):
        for c in rng.permutation(4)[: rng.integers(0, 5)]:
            mixed.collect(views.views[c])
            while rng.random() < 0.8 and mixed.work_ahead():
                pass
        first, second = whole.update(views), mixed.update(views)
        apart.append(np.abs(first.angles.values - second.angles.values) / first.angles.standard_error)
        np.testing.assert_array_equal(first.points.xyz, second.points.xyz)
    assert np.nanmedian(apart) < 0.05
    assert np.nanquantile(apart, 0.99) < 0.5


def test_a_view_after_its_set_is_used_all_the_same(lab: VirtualTrial, start) -> None:
    """One camera is always too late: the stated errors are nearer to those of four cameras than to those of three."""
    four, three, late = start(), start(), start()
    sd: list[list[float]] = []
    for views in sets(lab.main):
        fewer = FrameSet(views.time_ns, (*views.views[:3], None))
        instants = four.update(views), three.update(fewer), late.update(fewer)
        late.collect(views.views[3])
        while late.work_ahead():
            pass
        sd.append([float(np.nanmean(instant.angles.standard_error)) for instant in instants])
    of_four, of_three, of_late = np.mean(sd[30:], axis=0)
    assert of_four < of_late < (of_four + of_three) / 2


def test_a_person_who_leaves_is_followed_again(lab: VirtualTrial, start) -> None:
    reconstructor = start()
    instants: list[Instant] = []
    for frame, views in enumerate(sets(lab.main)):
        gone = 40 <= frame < 100
        instants.append(reconstructor.update(FrameSet(views.time_ns, (None,) * 4) if gone else views))
    values = np.array([instant.angles.values[0] for instant in instants])
    assert np.isnan(values[75:100]).all()
    assert np.isfinite(values[110:]).all()
    assert np.abs(errors(instants[125:], lab)).mean() < 4.0


def test_one_camera_alone_is_an_ordinary_moment(lab: VirtualTrial, start) -> None:
    reconstructor = start()
    alone = list(sets(lab.main, cameras=(2,)))
    instants = [reconstructor.update(alone[i] if 60 <= i < 80 else views) for i, views in enumerate(sets(lab.main))]
    spread = np.array([instant.angles.standard_error[ANGLE_NAMES.index("hip_adduction_r")] for instant in instants])
    assert np.isfinite(spread[60:80]).all()
    assert spread[79] > spread[59]
    assert spread[149] < spread[79]


anything = st.floats(-1e6, 1e6, width=32) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_arrives_nothing_unknown_passes_for_known(lab: VirtualTrial, start, data: st.DataObject) -> None:
    """Nonsense pixels and scores, cameras that come and go: no exception, and a value always has an error."""
    reconstructor = start()
    ordinary = list(sets(lab.main))
    for i in range(data.draw(st.integers(1, 12))):
        views = list(ordinary[i].views)
        for c in range(len(views)):
            what = data.draw(st.sampled_from(["ordinary", "gone", "nonsense", "silent", "swapped"]))
            if what == "gone":
                views[c] = None
            elif what != "ordinary":
                views[c] = spoiled(ordinary[i].views[c], what, data)
        instant = reconstructor.update(FrameSet(ordinary[i].time_ns, tuple(views)))
        for angles in (instant.angles, instant.lagged):
            if angles is not None:
                known = np.isfinite(angles.values)
                assert not np.isinf(angles.values).any()
                assert (angles.standard_error[known] > 0).all()
                assert np.isfinite(angles.standard_error[known]).all()


def spoiled(view: Keypoints2D | None, what: str, data: st.DataObject) -> Keypoints2D:
    assert view is not None
    uv, confidence = view.uv.copy(), view.confidence.copy()
    if what == "silent":
        confidence[:] = 0.0
    elif what == "swapped":
        uv[:] = uv[:, ::-1]
    else:
        for k in data.draw(st.lists(st.integers(0, uv.shape[1] - 1), max_size=12)):
            uv[0, k] = data.draw(anything), data.draw(anything)
            confidence[0, k] = data.draw(st.floats(0.0, 1.0, width=32))
    return Keypoints2D(
        view.camera, view.frame_index, view.time_ns, 0, view.keypoint_set, view.image_size, uv, confidence
    )
