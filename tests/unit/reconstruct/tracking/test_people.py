"""Identities through crossings and absences, and bystanders that are never mixed in."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from capture.keypoint_sets import keypoint_set
from capture.types import KeypointTrial
from geometry import se3
from geometry.rig import Rig
from reconstruct.errors import ReconstructError
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.people import PeopleTracks, one_person, track_people
from reconstruct.tracking.pieces import completed, piece_of
from reconstruct.tracking.subject import select_numbered, select_subject, volume_middle
from tests.unit.reconstruct.tracking.squatting import FPS, blur, squat

Array = NDArray[np.float64]
Ring = Callable[..., Rig]
See = Callable[[Rig, Array], Array]

NOISE = PixelNoise()
NAMES = keypoint_set("halpe_26")


def walk(frames: int, path: Array, stature: float, turn: float) -> Array:
    """(F, K, 3) of a squatting person of relative `stature` carried along `path` (F, 2) metres."""
    xyz = stature * squat(NAMES, frames, turn)
    xyz[..., :2] += path[:, None]
    return xyz


def crowd(rig: Rig, see: See, people: list[Array], seed: int, places: int) -> tuple[KeypointTrial, NDArray[np.int64]]:
    """A trial of several people in random places, and (C, F, P) who stands in each, -1 for nobody."""
    rng = np.random.default_rng(seed)
    cameras, frames = len(rig), len(people[0])
    uv = np.full((cameras, frames, places, len(NAMES), 2), np.nan)
    who = np.full((cameras, frames, places), -1)
    for number, xyz in enumerate(people):
        exact = see(rig, xyz.reshape(-1, 3)).reshape(cameras, frames, len(NAMES), 2)
        uv[:, :, number] = blur(exact, rng)
        who[:, :, number] = number
    inside = (uv[..., 0] > 0) & (uv[..., 0] < 1280) & (uv[..., 1] > 0) & (uv[..., 1] < 720)
    seen = inside & (inside.sum(axis=-1) > 5)[..., None] & (rng.random(inside.shape) > 0.05)
    order = rng.permuted(np.broadcast_to(np.arange(places), who.shape), axis=2)
    uv = np.take_along_axis(np.where(seen[..., None], uv, np.nan), order[..., None, None], axis=2)
    seen = np.take_along_axis(seen, order[..., None], axis=2)
    who = np.take_along_axis(who, order, axis=2)
    times = np.tile(np.arange(frames) / FPS, (cameras, 1))
    sizes = tuple(camera.size for camera in rig.cameras)
    trial = KeypointTrial(rig.names, NAMES, uv, np.where(seen, 0.8, 0.0), times, sizes, synchronised=True)
    return trial, np.where(seen.any(axis=-1), who, -1)


def split(trial: KeypointTrial, who: NDArray[np.int64], seed: int) -> tuple[KeypointTrial, NDArray[np.int64]]:
    """The same where three of ten detections are of a trunk and of legs apart: these are in a place that was free."""
    rng = np.random.default_rng(seed)
    legs = [k for k, name in enumerate(NAMES.names) if any(part in name for part in ("Knee", "Ankle", "Toe", "Heel"))]
    uv, confidence, who = trial.uv.copy(), trial.confidence.copy(), who.copy()
    for c, f in np.argwhere(rng.random(who.shape[:2]) < 0.3):
        free, taken = np.flatnonzero(who[c, f] < 0), np.flatnonzero(who[c, f] >= 0)
        if not (free.size and taken.size):
            continue
        piece, whole = free[0], rng.choice(taken)
        uv[c, f, piece, legs], confidence[c, f, piece, legs] = uv[c, f, whole, legs], confidence[c, f, whole, legs]
        uv[c, f, whole, legs], confidence[c, f, whole, legs] = np.nan, 0.0
        who[c, f, piece] = who[c, f, whole]
    return replace(trial, uv=uv, confidence=confidence), who


def line(frames: int, *stops: tuple[float, float, float]) -> Array:
    """(F, 2) through stops (fraction of the time, x, y)."""
    along = np.linspace(0.0, 1.0, frames)
    times, x, y = np.array(stops).T
    return np.stack([np.interp(along, times, x), np.interp(along, times, y)], axis=-1)


def purity(tracks: PeopleTracks, who: NDArray[np.int64]) -> list[set[int]]:
    """The people that each identity was given to."""
    return [set(who[(tracks.identity == i) & (who >= 0)].tolist()) for i in range(tracks.people)]


@pytest.mark.parametrize("seed", range(4))
def test_two_people_who_cross_in_each_others_arms_keep_their_identity(ring: Ring, see: See, seed: int):
    rig, frames = ring(4), 300
    one = walk(frames, line(frames, (0, -1.3, 0.0), (0.4, -0.12, 0.0), (0.6, 0.12, 0.0), (1, 1.3, 0.2)), 1.0, 1.0)
    other = walk(frames, line(frames, (0, 1.3, 0.1), (0.4, 0.12, 0.1), (0.6, -0.12, 0.1), (1, -6.0, 0.0)), 0.95, -1.5)
    trial, who = crowd(rig, see, [one, other], seed, places=3)
    tracks = track_people(trial, rig, NOISE)
    assert purity(tracks, who) == [{0}, {1}] or purity(tracks, who) == [{1}, {0}]
    assert (tracks.identity[who >= 0] >= 0).mean() > 0.95


def test_people_whom_a_detector_splits_are_put_together_again(ring: Ring, see: See):
    rig, frames = ring(4), 240
    one = walk(frames, line(frames, (0, -1.3, 0.0), (0.5, 0.0, -0.2), (1, 1.3, 0.2)), 1.0, 1.0)
    other = walk(frames, line(frames, (0, 1.3, 0.1), (0.5, 0.0, 0.2), (1, -1.3, 0.0)), 0.95, -1.5)
    whole, who = crowd(rig, see, [one, other], 8, places=3)
    trial, who_of_pieces = split(whole, who, 9)
    tracks = track_people(trial, rig, NOISE)
    assert tracks.people == 2
    assert purity(tracks, who_of_pieces) in ([{0}, {1}], [{1}, {0}])
    for number, (person,) in enumerate(purity(tracks, who_of_pieces)):
        assert set(who_of_pieces[tracks.identity == piece_of(number)].tolist()) == {person}
        found, before = one_person(trial, tracks, number), one_person(whole, track_people(whole, rig, NOISE), number)
        there = (found.confidence > 0.0).any(axis=-1) & (before.confidence > 0.0).any(axis=-1)
        assert there.mean() > 0.95
        assert np.mean((found.confidence == before.confidence)[there]) > 0.995
        assert np.array_equal(found.uv[found.confidence > 0.0], before.uv[found.confidence > 0.0])


def test_two_pictures_of_a_whole_body_are_no_pieces():
    rng = np.random.default_rng(0)
    uv, other = rng.uniform(0.0, 700.0, (2, len(NAMES), 2))
    confidence = np.full(len(NAMES), 0.8)
    confidence[3] = 0.0
    same_uv, same = completed(uv, confidence, other, np.full(len(NAMES), 0.9))
    assert np.array_equal(same_uv, uv)
    assert np.array_equal(same, confidence)
    alone = np.zeros(len(NAMES))
    alone[[2, 3, 4, 5]] = 0.9
    confidence[[3, 4, 5]] = 0.0
    whole_uv, whole = completed(uv, confidence, other, alone)
    assert np.array_equal(whole_uv[[3, 4, 5]], other[[3, 4, 5]])
    assert np.array_equal(np.delete(whole_uv, [3, 4, 5], axis=0), np.delete(uv, [3, 4, 5], axis=0))
    assert whole[2:6].tolist() == [0.8, 0.9, 0.9, 0.9]


def test_a_person_gone_for_two_seconds_is_recognised(ring: Ring, see: See):
    rig, frames = ring(4), 360
    one = walk(frames, line(frames, (0, -0.3, 0.0), (1, 0.3, 0.0)), 1.0, 0.5)
    other = walk(frames, line(frames, (0, 0.8, 0.6), (1, 0.9, 0.5)), 0.9, 0.3)
    trial, who = crowd(rig, see, [one, other], 11, places=2)
    trial.confidence[:, 120:240][who[:, 120:240] == 0] = 0.0
    tracks = track_people(trial, rig, NOISE)
    assert tracks.people == 2
    gone = who.copy()
    gone[:, 120:240][gone[:, 120:240] == 0] = -1
    assert sorted(map(sorted, purity(tracks, gone))) == [[0], [1]]


def test_the_subject_is_the_person_in_the_middle(ring: Ring, see: See):
    rig, frames = ring(4), 60
    bystander = walk(frames, line(frames, (0, 1.4, 1.2), (1, 1.4, 1.2)), 1.0, 0.0)
    subject = walk(frames, line(frames, (0, 0.0, 0.0), (1, 0.1, 0.0)), 1.0, 0.0)
    trial, who = crowd(rig, see, [bystander, subject], 3, places=4)
    alone = select_subject(trial, rig, NOISE)
    expected = np.where((who == 1)[..., None], trial.confidence, 0.0).max(axis=2)
    assert alone.uv.shape[2] == 1
    assert np.array_equal(alone.confidence[:, :, 0], expected)


def test_the_middle_of_the_volume_is_nearest_to_all_axes(ring: Ring):
    rig = ring(5)
    middle, radius = volume_middle(rig)
    assert middle == pytest.approx([0.0, 0.0, 1.0], abs=1e-6)
    assert radius == pytest.approx(2.0, abs=0.1)


def test_cameras_that_all_look_one_way_have_a_middle_as_well(ring: Ring):
    one = ring(1).cameras[0]
    shifted = replace(one, name="beside", T_camera_world=one.T_camera_world @ se3.compose(np.eye(3), np.ones(3)))
    middle, _ = volume_middle(Rig((one, shifted)))
    between = (one.centre_world + shifted.centre_world) / 2.0
    off = middle - between
    assert np.cross(off, one.viewing_direction_world) == pytest.approx(np.zeros(3), abs=1e-5)
    assert middle @ one.viewing_direction_world == pytest.approx(0.0, abs=1e-5)


def test_a_hidden_subject_is_never_replaced_by_the_bystander(ring: Ring, see: See):
    rig, frames = ring(4), 240
    subject = walk(frames, line(frames, (0, 0.0, 0.0), (1, 0.1, 0.0)), 1.0, 0.4)
    bystander = walk(frames, line(frames, (0, 1.2, -1.0), (1, 0.5, -0.9)), 1.0, 0.0)
    trial, who = crowd(rig, see, [subject, bystander], 5, places=2)
    trial.confidence[1, 60:180][who[1, 60:180] == 0] = 0.0
    tracks = track_people(trial, rig, NOISE)
    mine = select_subject(trial, rig, NOISE)
    assert (mine.confidence[1, 60:180] == 0.0).all()
    assert (mine.confidence[0, 60:180] > 0.0).any(axis=-1).all()
    assert all(len(people) == 1 for people in purity(tracks, who))


def test_a_bystander_in_a_single_view_is_nobody(ring: Ring, see: See):
    rig, frames = ring(4), 40
    subject = walk(frames, line(frames, (0, 0.0, 0.0), (1, 0.1, 0.0)), 1.0, 0.0)
    trial, who = crowd(rig, see, [subject], 6, places=2)
    rng = np.random.default_rng(7)
    empty = who[2] < 0
    trial.uv[2][empty] = rng.uniform(100, 500, (26, 2)) + rng.normal(0, 2, (int(empty.sum()), 26, 2))
    trial.confidence[2][empty] = 0.9
    tracks = track_people(trial, rig, NOISE)
    assert tracks.people == 1
    assert (tracks.identity[2][empty] == -1).all()


def test_nobody_and_forty_people(ring: Ring, see: See):
    rig = ring(3)
    trial, _ = crowd(rig, see, [walk(4, line(4, (0, 0.0, 0.0), (1, 0.0, 0.0)), 1.0, 0.0)], 1, places=40)
    rng = np.random.default_rng(2)
    trial.uv[:] = rng.uniform(0, 700, trial.uv.shape)
    trial.confidence[:] = 0.5
    assert track_people(trial, rig, NOISE).identity.shape == (3, 4, 40)
    trial.confidence[:] = 0.0
    with pytest.raises(ReconstructError, match="nobody is seen by two cameras"):
        select_subject(trial, rig, NOISE)


def test_a_wrong_number_is_refused_with_the_choices(ring: Ring, see: See):
    rig = ring(3)
    trial, _ = crowd(rig, see, [walk(5, line(5, (0, 0.0, 0.0), (1, 0.0, 0.0)), 1.0, 0.0)], 1, places=1)
    with pytest.raises(ReconstructError, match="person 3 is not in the trial; there are 0 to 0"):
        select_numbered(trial, rig, NOISE, [3])
