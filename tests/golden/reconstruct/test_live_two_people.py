"""Two people made of a truth set, one set of views after the other: both stay the subjects that they were."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from capture.types import KeypointTrial
from reconstruct.noise_profiles import noise_profile
from reconstruct.tracking.live_subjects import LiveSubjects
from tests.golden.reconstruct.test_two_people import CLOSEST, FRAMES
from tests.support.live_views import sets
from tests.support.truth_people import HALPE_26, TruthPeople, path

SEEDS = range(20)


@pytest.fixture(scope="module")
def people(shared_data: Path) -> TruthPeople:
    return TruthPeople(shared_data / "truth")


def shares(trial: KeypointTrial, who: NDArray[np.int64], subjects: LiveSubjects) -> NDArray[np.int64]:
    """(2, 2) detections of either person (columns) that were given to either subject (rows)."""
    counts = np.zeros((2, 2), dtype=np.int64)
    for f, views in enumerate(sets(trial)):
        for subject, picked in enumerate(subjects.pick(views)):
            for c, left in enumerate(picked.views):
                assert left is not None
                for uv in left.uv:
                    same = [np.array_equal(uv, one.astype(np.float32), equal_nan=True) for one in trial.uv[c, f]]
                    counts[subject, who[c, f, same.index(True)]] += 1
    return counts


@pytest.mark.parametrize("meeting", CLOSEST)
def test_nobody_is_exchanged_live_in_twenty_meetings(people: TruthPeople, meeting: str) -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        one, other = (
            people.person(path(2 * FRAMES - 1, *stops), size=size, turn=float(rng.uniform(0, 6.3)))
            for stops, size in zip(CLOSEST[meeting], (1.0, rng.uniform(0.92, 1.06)), strict=True)
        )
        trial, who = people.record([one, other], seed=seed + 10)
        found = shares(trial, who, LiveSubjects(people.rig, HALPE_26, noise_profile(HALPE_26), count=2))
        if found[0, 0] < found[1, 0]:
            found = found[::-1]
        seen = np.array([(who[(trial.confidence > 0.0).any(axis=-1)] == person).sum() for person in range(2)])
        assert found[0, 1] == found[1, 0] == 0, (seed, found)
        assert (np.diag(found) > 0.9 * seen).all(), (seed, found, seen)
