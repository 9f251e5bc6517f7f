"""A recorded clip's points beside the reference's, and what no points without a filter can do better.

    .venv/bin/python benchmarks/point_bounds.py RECORDING

RECORDING is Pose2Sim's single-person demo, as `peers/recorded_clip.py` takes it, with its results in `trc`.

Steps: how many are longer than 30 mm; and of those that the reference, filtered at 6 Hz, makes shorter than 25 mm, how
many the jitter of the keypoints makes so long: that path with what every view's keypoint does beyond the same filter,
combined by the weights of views and joints that make least of it.  And how many the steadiest combination of the views
has, fitted to every joint in hindsight.

Segments: standard deviations of their lengths; of the reference, 70 % of that, which is asked for; of the reference
behind its filter, where nothing jitters any more; ours; and of the best of all choices of views for either end, known
in hindsight and kept for the whole clip; and how surely a hundred frames tell the change from the reference to ours.
"""

import sys
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, filtfilt

from benchmarks.peers.recorded_clip import CALIBRATION, CLIP, FPS, KEYPOINTS
from benchmarks.reprojection import pixels_per_metre
from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.trial import read_keypoint_trial
from capture.types import KeypointTrial
from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.noise_profiles import noise_profile
from reconstruct.pixel_noise import picture_scales
from reconstruct.tracking.clean_views import CleanViews
from reconstruct.tracking.subject import select_subject
from reconstruct.tracking.trusted_points import trusted_points
from reconstruct.tracking.view_cleaning import clean_views
from reconstruct.triangulation import triangulate_views
from reconstruct.types import PointTrial
from stream.files.trc import read_trc

Array = NDArray[np.float64]

LONG_M, SHORT_M = 0.03, 0.025
CUTOFF_HZ = 6.0
"""Of the reference's Butterworth filter of fourth order, second order forwards and backwards."""
DRAWS = 400
_BLOCK, _AROUND = 10, 3
_MOSTLY = 0.9
"""Share of the frames that a choice of views must give a length in."""
ASKED = 0.7
"""Of the reference's standard deviation of a segment's length."""
SEGMENTS = (
    ("RHip", "RKnee"), ("LHip", "LKnee"), ("RKnee", "RAnkle"), ("LKnee", "LAnkle"), ("RHip", "LHip"),
    ("RHeel", "RBigToe"), ("LHeel", "LBigToe"), ("RShoulder", "LShoulder"), ("RShoulder", "RElbow"),
    ("LShoulder", "LElbow"), ("RElbow", "RWrist"), ("LElbow", "LWrist"),
)  # fmt: skip


def of_names(trial: PointTrial, names: tuple[str, ...]) -> Array:
    """(F, n, 3) points of these names."""
    return trial.xyz[:, [trial.keypoint_set.names.index(name) for name in names]]


def steps_m(xyz: Array) -> Array:
    return np.asarray(np.linalg.norm(np.diff(xyz, axis=0), axis=-1), dtype=np.float64)


def lengths_m(trial: PointTrial) -> Array:
    """(F, segments)"""
    ends = np.stack([of_names(trial, pair) for pair in SEGMENTS], axis=1)
    return np.asarray(np.linalg.norm(ends[:, :, 0] - ends[:, :, 1], axis=-1), dtype=np.float64)


def length_sds_mm(trial: PointTrial) -> Array:
    return np.asarray(1e3 * np.nanstd(lengths_m(trial), axis=0), dtype=np.float64)


def change_intervals(reference: PointTrial, ours: PointTrial) -> Array:
    """(2, segments) 95 % interval of the change from the reference's standard deviation to ours, in per cent.

    Blocks of `_BLOCK` frames are drawn again and again: lengths change slowly, so that frames are no independent draws.
    """
    rng = np.random.default_rng(0)
    theirs, own = lengths_m(reference), lengths_m(ours)
    changes: list[Array] = []
    for _ in range(DRAWS):
        starts = rng.integers(0, len(own) - _BLOCK, len(own) // _BLOCK)
        frames = (starts[:, None] + np.arange(_BLOCK)).ravel()
        changes.append(np.nanstd(own[frames], axis=0) / np.nanstd(theirs[frames], axis=0) - 1.0)
    return np.asarray(100.0 * np.percentile(changes, [2.5, 97.5], axis=0), dtype=np.float64)


def view_jitter_px(views: CleanViews) -> Array:
    """(C, F, K, 2) what every view's keypoints have beyond the reference's filter at 6 Hz; NaN where not seen."""
    b, a = butter(2, CUTOFF_HZ, fs=FPS)
    cameras, frames, keypoints = views.confidence.shape
    jitter = np.full(views.uv.shape, np.nan)
    for c, k in product(range(cameras), range(keypoints)):
        seen = np.flatnonzero(views.confidence[c, :, k] > 0.0)
        if len(seen) > frames / 2:
            path = np.stack([np.interp(np.arange(frames), seen, views.uv[c, seen, k, i]) for i in range(2)], axis=1)
            jitter[c, seen, k] = (path - filtfilt(b, a, path, axis=0))[seen]
    return jitter


def point_jitter_m(rig: Rig, ours: PointTrial, views: CleanViews) -> Array:
    """(F, K, 3) what the jitter of views does to points by the weights of views and joints that make least of it."""
    frames, keypoints = ours.xyz.shape[:2]
    jacobians = pixels_per_metre(rig, ours.xyz.reshape(-1, 3)).reshape(len(rig), frames, keypoints, 2, 3)
    jitter = view_jitter_px(views)
    steps = np.diff(jitter, axis=1)
    known = np.isfinite(steps[..., 0])
    square = np.where(known[..., None], steps, 0.0) ** 2
    mean = square.sum(axis=(1, 3)) / np.maximum(known.sum(axis=1), 1)
    weight = np.where(np.isfinite(jitter[..., 0]), 1.0 / np.maximum(mean, 1e-6)[:, None], 0.0)
    information = np.einsum("cfk,cfkai,cfkaj->fkij", weight, jacobians, jacobians)
    pull = np.einsum("cfk,cfkai,cfka->fki", weight, jacobians, np.nan_to_num(jitter))
    return np.asarray(np.linalg.solve(information, pull[..., None])[..., 0], dtype=np.float64)


def off_running_mean(path: Array) -> Array:
    """What (F, n) has beside its mean over `_AROUND` frames before and after."""
    window = np.full(2 * _AROUND + 1, 1.0 / (2 * _AROUND + 1))
    padded = np.pad(path, ((_AROUND, _AROUND), (0, 0)), mode="edge")
    return path - np.stack([np.convolve(column, window, mode="valid") for column in padded.T], axis=1)


def steadiest_xyz(rig: Rig, ours: PointTrial, views: CleanViews) -> Array:
    """(F, K, 3) points by that linear combination of the views which, for each joint in hindsight, wobbles least.

    What the views disagree about does not move a point that they agree on: any multiple of it may be taken off.
    """
    frames, keypoints = ours.xyz.shape[:2]
    again = np.stack([project(rig.arrays, c, ours.xyz.reshape(-1, 3)) for c in range(len(rig))])
    off = views.agreed_uv - again.reshape(len(rig), frames, keypoints, 2)
    off = np.where((views.confidence > 0.0)[..., None] & np.isfinite(off), off, 0.0)
    steady = ours.xyz.copy()
    for k in range(keypoints):
        known = np.isfinite(ours.xyz[:, k, 0])
        if known.sum() < frames / 2:
            continue
        apart = off[:, known, k].swapaxes(0, 1).reshape(int(known.sum()), -1)
        apart -= apart.mean(axis=0)
        pull, *_ = np.linalg.lstsq(off_running_mean(apart), off_running_mean(ours.xyz[known, k]), rcond=1e-3)
        steady[known, k] -= apart @ pull
    return steady


def cleaned(rig: Rig, trial: KeypointTrial) -> tuple[PointTrial, CleanViews]:
    """The exported points and the views that they come from."""
    noise = noise_profile(trial.keypoint_set)
    person = select_subject(trial, rig, noise)
    uv, confidence = person.uv[:, :, 0], person.confidence[:, :, 0]
    views = clean_views(rig, person.keypoint_set, person.time_s, uv, confidence, noise)
    points = trusted_points(rig, person.keypoint_set, person.time_s, views)
    return points, views


def best_choice_sds_mm(rig: Rig, ours: PointTrial, views: CleanViews) -> Array:
    """(segments,) least standard deviation of length with any fixed choice of views for either end."""
    variance = views.noise.variance_px2(views.confidence, *picture_scales(rig, views.uv, views.confidence))
    cameras = range(len(rig))
    chosen = [each for count in cameras for each in combinations(cameras, count + 1) if count]
    trials: list[PointTrial] = []
    for choice in chosen:
        left = np.where(np.isin(cameras, choice)[:, None, None], variance, np.nan)
        trials.append(triangulate_views(rig, ours.keypoint_set, ours.time_s, views.agreed_uv, left))
    best = np.full(len(SEGMENTS), np.inf)
    for one, other in product(trials, trials):
        for i, (a, b) in enumerate(SEGMENTS):
            length = np.linalg.norm(of_names(one, (a,)) - of_names(other, (b,)), axis=-1)
            if np.isfinite(length).mean() > _MOSTLY:
                best[i] = min(best[i], 1e3 * float(np.nanstd(length)))
    return best


def print_steps(rig: Rig, ours: PointTrial, views: CleanViews, raw: PointTrial, filtered: PointTrial) -> None:
    """How many steps are long, all and unexplained, and how many the jitter of the views makes."""
    names = raw.keypoint_set.names
    nose = names.index("Nose")
    path = of_names(filtered, names)
    short = steps_m(path) < SHORT_M
    print("steps longer than 30 mm: all, where the filtered reference makes less than 25 mm, and the nose's of these")
    best = replace(ours, xyz=steadiest_xyz(rig, ours, views))
    for label, trial in (("reference", raw), ("ours", ours), ("steadiest in hindsight", best)):
        long = steps_m(of_names(trial, names)) > LONG_M
        print(f"    {label:24} {long.sum():4d} {(long & short).sum():4d} {(long & short)[:, nose].sum():4d}")
    print(f"    {'filtered reference':24} {(steps_m(path) > LONG_M).sum():4d}")
    columns = [ours.keypoint_set.names.index(name) for name in names]
    long = steps_m(path + point_jitter_m(rig, ours, views)[:, columns]) > LONG_M
    print(f"    {'jitter of the views':24}      {(long & short).sum():4d} {(long & short)[:, nose].sum():4d}")


def main() -> None:
    recording = Path(sys.argv[1])
    rig = read_rig(recording / CALIBRATION)
    ours, views = cleaned(rig, read_keypoint_trial(recording / CLIP, KEYPOINTS, FPS))
    raw, filtered = (
        read_trc(recording / "trc" / f"{CLIP.parent.name}_0-100{end}.trc") for end in ("", "_filt_butterworth")
    )
    print_steps(rig, ours, views, raw, filtered)
    print("standard deviation of length, mm: reference, asked, reference filtered, ours, best views in hindsight;")
    print("change from the reference to ours and its 95 % interval, per cent")
    found = [*map(length_sds_mm, (raw, filtered, ours)), best_choice_sds_mm(rig, ours, views)]
    low, high = change_intervals(raw, ours)
    for i, (pair, (reference, slow, mine, best)) in enumerate(zip(SEGMENTS, np.array(found).T, strict=True)):
        change = 100.0 * (mine / reference - 1.0)
        print(
            f"    {'-'.join(pair):20} {reference:5.1f} {ASKED * reference:5.1f} {slow:5.1f} {mine:5.1f} {best:5.1f}"
            f"   {change:4.0f} ({low[i]:4.0f} to {high[i]:4.0f})"
        )


if __name__ == "__main__":
    main()
