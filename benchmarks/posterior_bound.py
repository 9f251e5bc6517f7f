"""Stated standard errors beside those of an estimator that was told everything about the detector's noise.

    .venv/bin/python benchmarks/posterior_bound.py FOLDER_OF_SETS [SET ...]

`valgus process` learns how noisy a detector is and how large and how constant its biases are.  The bound knows: white
noise of 1.5 px, drift of 3 px, biases of 4 px that never change, for a person of 500 px, as in sets with `lab` noise;
body, joints and motion are believed as always.  An interval much wider than the bound's covers by being wide.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.trial import read_keypoint_trial
from geometry.rig import Rig
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.estimator.belief import Belief, first_belief
from reconstruct.estimator.frame_ik import leg_length
from reconstruct.estimator.observations import Observations
from reconstruct.estimator.priors import motion_prior
from reconstruct.estimator.session import SessionTrial
from reconstruct.estimator.smoothing_problem import Estimate, trial_problem
from reconstruct.estimator.symmetry import BODY, STANCE, given_alike
from reconstruct.estimator.trial_smoother import posterior, posterior_belief
from reconstruct.joint_angles import angles_from_poses
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import N_POINTS
from reconstruct.noise_profiles import noise_profile
from reconstruct.pipeline import Reconstruction, reconstruct_session
from reconstruct.pixel_noise import PixelNoise
from reconstruct.recording import Purpose, Recording

Array = NDArray[np.float64]

KNOWN = PixelNoise(white_px=1.5, drift_px=3.0, bias_px=4.0)
"""Of the sets, for a person of 500 px."""
ANGLES = ("hip_adduction", "hip_rotation", "knee_flexion", "knee_adduction", "apparent_valgus")
SETS = ("squats1_ring4_lab", "squats1_qualisys_lab", "squats1_valgus10_ring4_lab", "dj1_ring4_lab")
MEAN_CHANGE_RAD = np.radians(3.0)
"""As in the estimator: people do not hold their joints alike in all trials."""
NO_PLATES = np.zeros(10)


def reconstructed(folder: Path) -> tuple[Rig, Reconstruction]:
    """A set with the trials that were recorded before the movement."""
    rig = read_rig(folder / "rig.toml")
    places = {Purpose.STATIC: folder / "static", Purpose.FUNCTIONAL: folder / "functional", Purpose.MOVEMENT: folder}
    found = {purpose: place for purpose, place in places.items() if place.is_dir()}
    trials = {purpose: read_keypoint_trial(place, "halpe_26", None) for purpose, place in found.items()}
    recordings = [Recording(purpose, trial) for purpose, trial in trials.items()]
    return rig, reconstruct_session(rig, recordings, noise_profile(trials[Purpose.MOVEMENT].keypoint_set))


def told(seen: Observations, size: Array) -> Observations:
    """The observations with the noise that they were made with, of a person `size` (C,) times 500 px tall."""
    variance = np.where(np.isfinite(seen.uv[..., 0]), (size[:, None, None] * KNOWN.instant_px) ** 2, np.nan)
    bias_sd = np.tile(size[:, None] * KNOWN.bias_px, N_POINTS)
    return replace(seen, variance=variance, noise=KNOWN, bias_sd=bias_sd)


def before_the_first(trial: SessionTrial, bias_sd: Array) -> Belief:
    """What is believed before a static trial."""
    geometry, coupling = trial.body.belief.geometry, trial.motion.coupling.array
    length = leg_length(np.stack([body_points(q, geometry, coupling) for q in trial.body.q]))
    return given_alike(first_belief(length, motion_prior(), bias_sd), (*BODY, *STANCE))


def bound_rad(rig: Rig, found: Reconstruction) -> Array:
    """(F, angles) standard errors of the movement, at the solution that was found."""
    first, movement = found.session[0], found.session[-1]
    size = np.sqrt(first.problem.seen.least_variance)  # 1 px for a person of 500 px
    belief = before_the_first(first, size[:, None] * np.full(N_POINTS, KNOWN.bias_px))
    for trial in found.session[:-1]:
        problem = trial_problem(rig.arrays, told(trial.problem.seen, size), belief, trial.motion)
        learned = posterior_belief(problem, Estimate(trial.body.x, trial.body.belief.mean))
        belief = learned.loosened(MEAN_CHANGE_RAD, np.zeros((len(rig), N_POINTS)), NO_PLATES)
    # The poses of a movement with the noise at the pace of the motion, as in the estimator.
    seen = replace(told(movement.problem.seen, size), rate=movement.motion.rate)
    problem = trial_problem(rig.arrays, seen, belief, movement.motion)
    body = posterior(problem, Estimate(movement.body.x, movement.body.belief.mean))
    return angles_from_poses(body.time_s, body.q, body.covariance, movement.motion, feet_seen=True).standard_error


def main(folder: Path, names: list[str]) -> None:
    """Print one row per set: median standard error stated and of the bound, deg, and their ratio."""
    print("| set | " + " | ".join(name.replace("_", " ") for name in ANGLES) + " |\n|---" + "|---" * len(ANGLES) + "|")
    columns = [[ANGLE_NAMES.index(f"{name}_{side}") for side in "rl"] for name in ANGLES]
    for name in names:
        rig, found = reconstructed(folder / name)
        tables = found.angles.standard_error, bound_rad(rig, found)
        pairs = [[float(np.degrees(np.nanmedian(table[:, sides]))) for table in tables] for sides in columns]
        cells = [f"{ours:.2f} / {least:.2f} = {ours / least:.2f}" for ours, least in pairs]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(SETS))
