"""Two people made of a truth set, through `valgus process`: everybody gets their own points and nobody else's."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from calibration.formats.aniposelib import write_rig
from capture.types import KeypointTrial
from reconstruct.noise_profiles import noise_profile
from reconstruct.tracking.people import one_person, track_people
from reconstruct.tracking.pieces import piece_of
from reconstruct.tracking.trusted_points import trusted_points
from reconstruct.tracking.view_cleaning import clean_views
from tests.support.process_command import process, write_json
from tests.support.truth_people import FPS, HALPE_26, TruthPeople, path
from tests.unit.reconstruct.tracking.test_people import split

Array = NDArray[np.float64]

FRAMES = 240
TRUNK = [HALPE_26.index(name) for name in ("LHip", "RHip", "LShoulder", "RShoulder")]
LEGS = [k for k, name in enumerate(HALPE_26.names) if name[1:] in ("Knee", "Ankle", "BigToe", "SmallToe", "Heel")]
MINE_M = 0.1
"""Middle of a trunk that is the right person's: detectors are off by far less, and nobody else comes so near."""
CLOSEST = {
    "crossing": (
        ((0, -1.2, 0.0), (0.4, -0.15, 0.0), (0.6, 0.15, 0.0), (1, 1.2, 0.2)),
        ((0, 1.2, 0.1), (0.4, 0.15, 0.1), (0.6, -0.15, 0.1), (1, -1.2, 0.0)),
    ),
    "hugging": (
        ((0, -1.2, 0.0), (0.3, -0.14, 0.0), (0.7, -0.14, 0.0), (1, -1.2, 0.0)),
        ((0, 1.2, 0.0), (0.3, 0.14, 0.0), (0.7, 0.14, 0.0), (1, 1.2, 0.0)),
    ),
    "leaving": (
        ((0, 0.0, 0.0), (1, 0.1, 0.0)),
        ((0, 0.4, 0.4), (0.4, 0.6, 0.5), (1, 7.0, 2.0)),
    ),
}


@pytest.fixture(scope="module")
def people(shared_data: Path) -> TruthPeople:
    return TruthPeople(shared_data / "truth")


def points(folder: Path) -> Array:
    """(F, 26, 3) of a trial folder, NaN where missing."""
    table = pq.read_table(folder / "points.parquet")
    columns = [[table[f"{name}_{axis}"].to_numpy() for axis in "xyz"] for name in HALPE_26.names]
    return np.moveaxis(np.array(columns), -1, 0)


def strays(found: Array, truth: Array) -> Array:
    """(F,) distance of the trunk's middle from the truth, NaN in gaps."""
    return np.linalg.norm(found[:, TRUNK].mean(axis=1) - truth[:, TRUNK].mean(axis=1), axis=-1)


def test_each_of_two_people_who_cross_gets_a_folder(people: TruthPeople, tmp_path: Path) -> None:
    one = people.person(path(FRAMES, (0, -0.9, 0.0), (1, 0.9, 0.1)), turn=-1.5)
    other = people.person(path(FRAMES, (0, 0.9, 0.35), (1, -0.9, 0.3)), start=200, size=0.96, turn=1.5)
    trial, _ = people.record([one, other], seed=1, kind="harsh")
    write_rig(tmp_path / "rig.toml", people.rig)
    write_json(tmp_path / "main", trial)
    assert process(tmp_path, "--fps", str(FPS), "--subjects", "2") == 0
    assert sorted(folder.name for folder in (tmp_path / "out").iterdir()) == ["person0", "person1"]
    found = [points(tmp_path / "out" / f"person{number}") for number in range(2)]
    if np.nanmedian(strays(found[0], one)) > np.nanmedian(strays(found[1], one)):
        found.reverse()
    for mine, truth in zip(found, (one, other), strict=True):
        off = strays(mine, truth)
        assert np.isfinite(off).mean() > 0.95
        assert np.nanmax(off) < MINE_M
        assert np.nanmedian(np.linalg.norm(mine - truth, axis=-1)) < 0.025


def test_a_subject_hidden_in_one_view_is_never_the_bystander(people: TruthPeople, tmp_path: Path) -> None:
    subject = people.person(path(FRAMES, (0, 0.0, 0.0), (1, 0.05, 0.0)))
    bystander = people.person(path(FRAMES, (0, 0.9, -0.9), (1, 0.5, -0.6)), start=200, turn=2.0)
    trial, who = people.record([subject, bystander], seed=2)
    hidden = slice(60, 180)
    trial.confidence[1, hidden][who[1, hidden] == 0] = 0.0
    write_rig(tmp_path / "rig.toml", people.rig)
    write_json(tmp_path / "main", trial)
    assert process(tmp_path, "--fps", str(FPS)) == 0
    off = strays(points(tmp_path / "out"), subject)
    assert np.isfinite(off[hidden]).all()
    assert np.nanmax(off) < MINE_M
    views = pq.read_table(tmp_path / "out" / "points.parquet")["LHip_views"].to_numpy()
    assert views[hidden].max() <= 3
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["frames"] == FRAMES


def meet(people: TruthPeople, meeting: str, seed: int) -> tuple[KeypointTrial, NDArray[np.int64]]:
    """Two people of different size in one of the meetings; and (C, F, P) who stands in which place."""
    return people.record(truths(people, meeting, seed), seed=seed + 10)


def truths(people: TruthPeople, meeting: str, seed: int) -> list[Array]:
    """(F, 26, 3) of the two."""
    rng = np.random.default_rng(seed)
    return [
        people.person(path(2 * FRAMES - 1, *stops), size=size, turn=float(rng.uniform(0, 6.3)))
        for stops, size in zip(CLOSEST[meeting], (1.0, rng.uniform(0.92, 1.06)), strict=True)
    ]


def assert_nobody_is_exchanged(people: TruthPeople, trial: KeypointTrial, who: NDArray[np.int64], seed: int) -> None:
    tracks = track_people(trial, people.rig, noise_profile(HALPE_26))
    seen = (trial.confidence > 0.0).any(axis=-1)
    number = np.where(tracks.identity < -1, piece_of(tracks.identity), tracks.identity)
    shares = [np.bincount(number[seen & (who == p)] + 1, minlength=3) for p in range(2)]
    owners = [int(share[1:].argmax()) for share in shares]
    assert tracks.people == 2, seed
    assert sorted(owners) == [0, 1], seed
    for share, owner in zip(shares, owners, strict=True):
        assert share[2 - owner] < 0.01 * share.sum(), (seed, share)


@pytest.mark.parametrize("meeting", CLOSEST)
def test_nobody_is_exchanged_in_twenty_meetings(people: TruthPeople, meeting: str) -> None:
    for seed in range(20):
        assert_nobody_is_exchanged(people, *meet(people, meeting, seed), seed)


@pytest.mark.parametrize("meeting", CLOSEST)
def test_nobody_is_exchanged_where_a_detector_splits_people_and_sees_them_twice(
    people: TruthPeople, meeting: str
) -> None:
    for seed in range(5):
        trial, who = doubled(*meet(people, meeting, seed), seed)
        assert_nobody_is_exchanged(people, *split(trial, who, seed), seed)


@pytest.mark.parametrize("meeting", ["crossing", "hugging"])
def test_legs_that_a_detector_gives_to_the_other_person_come_back(people: TruthPeople, meeting: str) -> None:
    noise = noise_profile(HALPE_26)
    for seed in range(6):
        trial, who = meet(people, meeting, seed)
        trial = with_exchanged_legs(trial, seed)
        tracks = track_people(trial, people.rig, noise)
        for number in range(2):
            mine = one_person(trial, tracks, number)
            views = clean_views(people.rig, HALPE_26, mine.time_s, mine.uv[:, :, 0], mine.confidence[:, :, 0], noise)
            points = trusted_points(people.rig, HALPE_26, mine.time_s, views)
            truth = truths(people, meeting, seed)[np.bincount(who[tracks.identity == number]).argmax()]
            off = np.linalg.norm(points.xyz - truth, axis=-1)[:, LEGS]
            assert np.mean(off > MINE_M) < 0.04, (seed, number)
            assert (off[-60:] < MINE_M).all(), (seed, number)


def with_exchanged_legs(trial: KeypointTrial, seed: int) -> KeypointTrial:
    """The same, where one time in ten two people who overlap in a picture have each other's legs, for moments."""
    rng = np.random.default_rng(seed)
    uv = trial.uv.copy()
    exchanged = np.zeros(uv.shape[:2], dtype=np.bool_)
    for c, f in np.argwhere(rng.random(uv.shape[:2]) < 0.1 / 6.0):
        exchanged[c, f : f + rng.integers(1, 12)] = True
    middle = np.nanmedian(np.where(trial.confidence[..., None] > 0.0, uv, np.nan), axis=3)[..., 0]
    for c, f in np.argwhere(exchanged & (np.abs(middle[..., 0] - middle[..., 1]) < 120.0)):
        uv[c, f][:, LEGS] = uv[c, f][::-1][:, LEGS]
    return replace(trial, uv=uv)


def doubled(trial: KeypointTrial, who: NDArray[np.int64], seed: int) -> tuple[KeypointTrial, NDArray[np.int64]]:
    """The same with two more places: three of ten times somebody is seen once more, badly, in the first of these."""
    rng = np.random.default_rng(seed)
    more = ((0, 0), (0, 0), (0, 2))
    uv = np.pad(trial.uv, (*more, (0, 0), (0, 0)), constant_values=np.nan)
    confidence, who = np.pad(trial.confidence, (*more, (0, 0))), np.pad(who, more, constant_values=-1)
    for c, f in np.argwhere(rng.random(who.shape[:2]) < 0.3):
        p = int(rng.integers(2))
        uv[c, f, 2] = uv[c, f, p] + rng.normal(0.0, 8.0, 2) + rng.normal(0.0, 10.0, uv.shape[3:])
        confidence[c, f, 2] = np.where(rng.random(uv.shape[3]) < 0.3, 0.0, 0.8 * confidence[c, f, p])
        who[c, f, 2] = who[c, f, p]
    return replace(trial, uv=uv, confidence=confidence), who
