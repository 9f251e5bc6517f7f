"""Points of real and re-projected recordings against published results and known truth."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.trial import read_keypoint_trial
from capture.keypoint_sets import KeypointSet, keypoint_set
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.subject import select_subject
from reconstruct.tracking.trusted_points import trusted_points
from reconstruct.tracking.view_cleaning import clean_views
from reconstruct.types import PointTrial

Array = NDArray[np.float64]
Realisation = tuple[Array, Array, NDArray[np.uint8]]

NOISE = PixelNoise()
SEGMENTS = (
    ("RHip", "RKnee"), ("LHip", "LKnee"), ("RKnee", "RAnkle"), ("LKnee", "LAnkle"), ("LHip", "RHip"),
    ("RShoulder", "RElbow"), ("LShoulder", "LElbow"), ("RElbow", "RWrist"), ("LElbow", "LWrist"),
)  # fmt: skip
JUMP_M = 0.03


def read_trc(path: Path, keypoints: KeypointSet) -> Array:
    """(F, K, 3) world coordinates, metres, NaN where the file has no such marker."""
    lines = path.read_text().splitlines()
    names = [name for name in lines[3].split("\t")[2:] if name]
    rows = [[float(v) for v in line.split("\t")[2 : 2 + 3 * len(names)]] for line in lines[5:] if line.strip()]
    xyz = np.full((len(rows), len(keypoints), 3), np.nan)
    xyz[:, [keypoints.index(name) for name in names]] = np.array(rows).reshape(len(rows), -1, 3)[..., [2, 0, 1]]
    return xyz


def unexplained_jumps(xyz: Array) -> int:
    """Steps that stray by more than 30 mm from those of a smooth motion."""
    stray = xyz - savgol_filter(xyz, 11, 2, axis=0)
    return int((np.linalg.norm(np.diff(stray, axis=0), axis=-1) > JUMP_M).sum())


def segment_sd(keypoints: KeypointSet, xyz: Array) -> Array:
    ends = np.array([[keypoints.index(a), keypoints.index(b)] for a, b in SEGMENTS])
    return np.nanstd(np.linalg.norm(xyz[:, ends[:, 0]] - xyz[:, ends[:, 1]], axis=-1), axis=0)


def test_the_balancing_person_and_nobody_else(shared_data: Path):
    folder = shared_data / "pose2sim_single"
    keypoints = keypoint_set("body_25b")
    rig = read_rig(folder / "calibration" / "Calib_qualisys.toml")
    recorded = folder / "keypoints" / "S00_P00_T01_BalancingTrial"
    raw = read_keypoint_trial(recorded / "pose_raw", keypoints.name, 60.0)
    associated = read_keypoint_trial(recorded / "pose_associated", keypoints.name, 60.0)
    subject = select_subject(raw, rig, NOISE)
    assert (subject.confidence[:, :, 0] > 0.0).any(axis=-1).all()
    both = (associated.confidence[:, :, 0] > 0.0).any(axis=-1)
    same = np.array_equal(subject.confidence[:, :, 0][both], associated.confidence[:, :, 0][both])
    different = (subject.confidence[:, :, 0] != associated.confidence[:, :, 0]).any(axis=-1) & both
    assert same or different.sum() <= 1

    views = clean_views(rig, keypoints, subject.time_s, subject.uv[:, :, 0], subject.confidence[:, :, 0], NOISE)
    points = trusted_points(rig, keypoints, subject.time_s, views)
    reference = read_trc(folder / "trc" / "S00_P00_T01_BalancingTrial_0-100.trc", keypoints)
    marked = np.isfinite(reference[0, :, 0])
    assert unexplained_jumps(points.xyz[:, marked]) < 0.1 * unexplained_jumps(reference[:, marked])
    ours, theirs = segment_sd(keypoints, points.xyz), segment_sd(keypoints, reference)
    assert ours.mean() < 0.7 * theirs.mean()
    assert (ours[:4] < theirs[:4]).all()


@pytest.fixture(scope="module")
def renoise(shared_data: Path) -> Callable[..., dict[str, Realisation]]:
    """The truth sets' own generator of detector noise."""
    spec = importlib.util.spec_from_file_location("noise", shared_data / "truth" / "noise.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.renoise


def points_of(folder: Path, realisation: Realisation) -> tuple[PointTrial, NDArray[np.bool_]]:
    """Points, and the (C, F, K) mask of leg detections that are used although they are the other leg's."""
    keypoints, rig = keypoint_set("halpe_26"), read_rig(folder / "rig.toml")
    uv, confidence, flags = realisation
    time_s = np.load(folder / "keypoints.npz")["timestamps"]
    views = clean_views(rig, keypoints, time_s, np.where(confidence[..., None] > 0, uv, np.nan), confidence, NOISE)
    wrong = (views.swapped != ((flags & 4) > 0)) & (views.confidence > 0.0)
    legs = [k for k, n in enumerate(keypoints.names) if n[1:] in ("Hip", "Knee", "Ankle", "BigToe", "SmallToe", "Heel")]
    return trusted_points(rig, keypoints, time_s, views), wrong[:, :, legs]


@pytest.mark.parametrize("name", ["squats1_ring4_lab", "dj1_ring4_lab"])
def test_harsh_is_as_good_as_lab_and_no_swapped_leg_survives(
    shared_data: Path, renoise: Callable[..., dict[str, Realisation]], name: str
):
    folder = shared_data / "truth" / name
    truth = np.load(folder / "points_truth.npy")
    errors: dict[str, list[Array]] = {"lab": [], "harsh": []}
    inside: list[float] = []
    for seed in (301, 302, 303):
        for kind, found in errors.items():
            points, wrong = points_of(folder, renoise(str(folder), kind, seed, only=("main",))["main"])
            off = points.xyz - truth
            found.append(np.linalg.norm(off, axis=-1).ravel())
            known = np.isfinite(off[..., 0])
            square = np.einsum("ni,nij,nj->n", off[known], np.linalg.inv(points.covariance[known]), off[known])
            inside.append(float((square < 7.815).mean()))
            assert wrong.mean() < 2e-4
    lab, harsh = (float(np.nanmedian(np.concatenate(found))) for found in errors.values())
    assert harsh < 1.1 * lab
    assert lab < 0.0185
    assert 0.90 < np.mean(inside) < 0.98


def test_unsynchronised_cameras_are_as_good_as_synchronised(
    shared_data: Path, renoise: Callable[..., dict[str, Realisation]]
):
    together, apart = (shared_data / "truth" / name for name in ("dj1_ring4_lab", "dj1_unsync_ring4_lab"))
    truth = np.load(together / "points_truth.npy")
    fps = json.loads((apart / "meta.json").read_text())["fps"]
    grid = np.arange(len(truth)) / fps
    medians: list[float] = []
    for folder in (together, apart):
        points, _ = points_of(folder, renoise(str(folder), "lab", 304, only=("main",))["main"])
        there = np.stack(
            [[np.interp(points.time_s, grid, truth[:, k, i]) for i in range(3)] for k in range(truth.shape[1])], axis=0
        ).transpose(2, 0, 1)
        medians.append(float(np.nanmedian(np.linalg.norm(points.xyz - there, axis=-1))))
    assert medians[1] < 1.05 * medians[0]
