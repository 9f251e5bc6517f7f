"""A recorded clip's points beside the reference's, and what no points without a filter can do better.

    .venv/bin/python benchmarks/point_bounds.py RECORDING

RECORDING is Pose2Sim's single-person demo, as `peers/recorded_clip.py` takes it, with its results in `trc`.

Steps: how many are longer than 30 mm; and of those that the reference, filtered at 6 Hz, makes shorter than 25 mm, how
many detector noise would make so long: that path with the noise that the views show from frame to frame, drawn again
and again.  Segments: standard deviations of their lengths; of the reference, 70 % of that, which is asked for; of the
reference behind its filter, where nothing jitters any more; ours; and of the best of all choices of views for either
end, known in hindsight and kept for the whole clip.
"""

import sys
from itertools import combinations, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.recorded_clip import CALIBRATION, CLIP, FPS, KEYPOINTS
from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.trial import read_keypoint_trial
from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.noise_profiles import noise_profile
from reconstruct.pixel_noise import PixelNoise, picture_scales
from reconstruct.tracking.clean_views import CleanViews
from reconstruct.tracking.noise_fit import fit_noise
from reconstruct.tracking.subject import select_subject
from reconstruct.tracking.trusted_points import trusted_points
from reconstruct.tracking.view_cleaning import clean_views
from reconstruct.triangulation import triangulate_views
from reconstruct.types import PointTrial
from stream.files.trc import read_trc

Array = NDArray[np.float64]

LONG_M, SHORT_M = 0.03, 0.025
DRAWS = 400
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


def length_sds_mm(trial: PointTrial) -> Array:
    ends = [of_names(trial, pair) for pair in SEGMENTS]
    sds = [float(np.nanstd(np.linalg.norm(end[:, 0] - end[:, 1], axis=-1))) for end in ends]
    return 1e3 * np.array(sds)


def fresh_share(noise: PixelNoise) -> float:
    """Share of a point's variance that a step of one frame has, twice over: bias stays, drift mostly."""
    drift = noise.drift_px**2 * (1.0 - np.exp(-1.0 / FPS / noise.drift_time_s))
    return 2.0 * (noise.white_px**2 + drift) / (noise.white_px**2 + noise.drift_px**2 + noise.bias_px**2)


def long_steps_by_noise(path: Array, covariance: Array, share: float) -> Array:
    """(DRAWS,) number of long steps where `path` (F, n, 3) makes short ones, with noise of points of `covariance`."""
    step, short = np.diff(path, axis=0), steps_m(path) < SHORT_M
    spread = np.linalg.cholesky(share * (covariance[1:] + covariance[:-1]) / 2.0)
    rng = np.random.default_rng(0)
    return np.array([
        (np.linalg.norm(step + (spread @ rng.normal(size=(*step.shape, 1)))[..., 0], axis=-1) > LONG_M)[short].sum()
        for _ in range(DRAWS)
    ])  # fmt: skip


def cleaned(rig: Rig, trial: KeypointTrial) -> tuple[PointTrial, CleanViews, PixelNoise]:
    """The exported points, the views that they come from, and the noise that these show."""
    noise = noise_profile(trial.keypoint_set)
    person = select_subject(trial, rig, noise)
    uv, confidence = person.uv[:, :, 0], person.confidence[:, :, 0]
    views = clean_views(rig, person.keypoint_set, person.time_s, uv, confidence, noise)
    points = trusted_points(rig, person.keypoint_set, person.time_s, views, noise)
    return points, views, fit_noise(noise, rig, views, 1.0 / FPS)


def best_choice_sds_mm(rig: Rig, ours: PointTrial, views: CleanViews, noise: PixelNoise) -> Array:
    """(segments,) least standard deviation of length with any fixed choice of views for either end."""
    variance = noise.variance_px2(views.confidence, *picture_scales(rig, views.uv, views.confidence))
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


def main() -> None:
    recording = Path(sys.argv[1])
    rig = read_rig(recording / CALIBRATION)
    ours, views, noise = cleaned(rig, read_keypoint_trial(recording / CLIP, KEYPOINTS, FPS))
    raw, filtered = (
        read_trc(recording / "trc" / f"{CLIP.parent.name}_0-100{end}.trc") for end in ("", "_filt_butterworth")
    )
    names = raw.keypoint_set.names
    long = {label: steps_m(of_names(trial, names)) > LONG_M for label, trial in (("reference", raw), ("ours", ours))}
    path = of_names(filtered, names)
    short = steps_m(path) < SHORT_M
    columns = [ours.keypoint_set.names.index(name) for name in names]
    by_noise = long_steps_by_noise(path, ours.covariance[:, columns], fresh_share(noise))
    print("steps longer than 30 mm: all, and where the filtered reference makes less than 25 mm")
    for label, which in long.items():
        print(f"    {label:20} {which.sum():4d} {which[short].sum():4d}")
    print(f"    {'filtered reference':20} {(steps_m(path) > LONG_M).sum():4d}")
    print(f"    {'detector noise alone':20}      {by_noise.mean():4.0f} +- {by_noise.std():.0f}")
    print("standard deviation of length, mm: reference, asked, reference filtered, ours, best views in hindsight")
    found = [*map(length_sds_mm, (raw, filtered, ours)), best_choice_sds_mm(rig, ours, views, noise)]
    for pair, (reference, slow, mine, best) in zip(SEGMENTS, np.array(found).T, strict=True):
        print(f"    {'-'.join(pair):20} {reference:5.1f} {ASKED * reference:5.1f} {slow:5.1f} {mine:5.1f} {best:5.1f}")


if __name__ == "__main__":
    main()
