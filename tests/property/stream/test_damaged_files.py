"""Damaged files: one clear line, whatever was done to them."""

import random
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial
from stream.errors import StreamError
from stream.files.angle_tables import read_angles_parquet, write_angles_parquet
from stream.files.c3d_read import read_c3d
from stream.files.c3d_write import write_c3d
from stream.files.marker_trial import marker_trial
from stream.files.mot import read_mot, write_mot
from stream.files.trc import read_trc, write_trc
from stream.files.trial_folder import TrialResults

FRAMES = 12
TIMES = np.arange(FRAMES) / 60.0
RANDOM = np.random.default_rng(5)
POINTS = marker_trial(TIMES, keypoint_set("coco_17").names, RANDOM.normal(size=(FRAMES, 17, 3)))
VALUES = RANDOM.uniform(-1, 1, size=(FRAMES, len(ANGLE_NAMES)))
ANGLES = AngleTrial(TIMES, VALUES, np.full_like(VALUES, 0.02), np.full(VALUES.shape, 2, dtype=np.int8))

damage = st.one_of(
    st.tuples(st.just("cut"), st.floats(0.0, 1.0), st.just(0)),
    st.tuples(st.just("flip"), st.floats(0.0, 1.0, exclude_max=True), st.integers(0, 7)),
    st.tuples(st.just("insert"), st.floats(0.0, 1.0), st.integers(0, 255)),
    st.tuples(st.just("zero"), st.floats(0.0, 1.0), st.integers(1, 200)),
)


def spoil(whole: bytes, injuries: list[tuple[str, float, int]]) -> bytes:
    data = bytearray(whole)
    for kind, where, what in injuries:
        place = int(where * len(data))
        if kind == "cut":
            del data[place:]
        elif kind == "insert":
            data[place:place] = bytes([what])
        elif kind == "zero":
            data[place : place + what] = bytes(len(data[place : place + what]))
        elif place < len(data):
            data[place] ^= 1 << what
    return bytes(data)


def read_or_refuse(read: Callable[[Path], object], path: Path) -> None:
    """Read the file, or see it refused in one line that names it."""
    said = str(path)
    try:
        read(path)
    except StreamError as error:
        said = str(error)
    assert str(path) in said
    assert "\n" not in said


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    write_trc(folder / "trial.trc", POINTS)
    write_mot(folder / "trial.mot", ANGLES)
    write_angles_parquet(folder / "trial.parquet", ANGLES)
    write_c3d(folder / "trial.c3d", TrialResults(ANGLES, POINTS))
    return folder


@pytest.mark.parametrize(("name", "read"), [("trial.trc", read_trc), ("trial.mot", read_mot)])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(injuries=st.lists(damage, min_size=1, max_size=4))
def test_a_damaged_text_file_is_read_or_refused(name, read, injuries, sound, tmp_path):
    path = tmp_path / name
    path.write_bytes(spoil((sound / name).read_bytes(), injuries))
    read_or_refuse(read, path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(injuries=st.lists(damage, min_size=1, max_size=4))
def test_a_damaged_parquet_table_is_read_or_refused(injuries, sound, tmp_path):
    path = tmp_path / "trial.parquet"
    path.write_bytes(spoil((sound / "trial.parquet").read_bytes(), injuries))
    read_or_refuse(read_angles_parquet, path)


@pytest.mark.parametrize("seed", range(8))
def test_a_c3d_file_with_a_damaged_parameter_section_is_read_or_refused(seed, sound, tmp_path):
    """Bytes that crash or starve the library itself end in its own process."""
    random_bytes = random.Random(seed)
    data = bytearray((sound / "trial.c3d").read_bytes())
    for _ in range(random_bytes.choice([1, 4, 40])):
        data[random_bytes.randrange(512, 3000)] = random_bytes.choice([0, 255, 127, random_bytes.randrange(256)])
    path = tmp_path / "trial.c3d"
    path.write_bytes(data)
    read_or_refuse(read_c3d, path)


@pytest.mark.parametrize("kept", [0, 1, 300, 511, 512, 600, 1500, 0.5, 0.95])
def test_a_c3d_file_cut_short_is_refused(kept, sound, tmp_path):
    whole = (sound / "trial.c3d").read_bytes()
    path = tmp_path / "trial.c3d"
    path.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    with pytest.raises(StreamError) as refusal:
        read_c3d(path)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_c3d_file_that_claims_more_points_than_it_has_is_refused(sound, tmp_path):
    data = bytearray((sound / "trial.c3d").read_bytes())
    struct.pack_into("<H", data, 2, 60000)
    path = tmp_path / "trial.c3d"
    path.write_bytes(data)
    with pytest.raises(StreamError, match="12 frames of 60000 points"):
        read_c3d(path)
