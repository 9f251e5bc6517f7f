"""Draws the figures of docs/theory.md from what the code computes: python docs/figures/theory.py"""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import angle_index
from reconstruct.estimator.frame_ik import solve_frames
from reconstruct.estimator.priors import motion_prior
from reconstruct.joint_angles import AngleReader
from reconstruct.kernels.kinematics import body_points
from reconstruct.kernels.skeleton import DOF_NAMES, N_DOF
from reconstruct.pipeline import reconstruct_session
from reconstruct.pixel_noise import PixelNoise
from reconstruct.recording import Purpose, Recording
from reconstruct.reference_body import LEG_LENGTH, reference_geometry
from reconstruct.types import AngleTrial
from valgus.virtual_lab.motion import Fault
from valgus.virtual_lab.trial import VirtualTrial, virtual_trial

Array = NDArray[np.float64]

IMAGES = Path(__file__).parents[1] / "images"
POINT_SD_M = 0.006
FLEXIONS_DEG = np.arange(0.0, 101.0, 5.0)
SHOWN = {
    "apparent_valgus_r": "apparent valgus",
    "hip_rotation_r": "hip rotation",
    "knee_adduction_r": "knee adduction",
}


def identifiability() -> None:
    """Standard errors of one frame over knee flexion: the sum is known, the split is not."""
    prior = motion_prior()
    geometry, _ = reference_geometry(LEG_LENGTH)
    q = np.zeros((len(FLEXIONS_DEG), N_DOF))
    q[:, 2] = 0.9
    for side in "rl":
        q[:, DOF_NAMES.index(f"knee_flexion_{side}")] = np.radians(FLEXIONS_DEG)
        q[:, DOF_NAMES.index(f"hip_flexion_{side}")] = 0.6 * np.radians(FLEXIONS_DEG)
    points = np.stack([body_points(pose, geometry, prior.coupling.array) for pose in q])
    covariance = np.tile(POINT_SD_M**2 * np.eye(3), (*points.shape[:2], 1, 1))
    solved = solve_frames(points, covariance, geometry, prior)
    _, error, _ = AngleReader(prior, feet_seen=True).read_all(solved.q, solved.covariance)
    figure, axes = plt.subplots(figsize=(6.0, 3.4), layout="constrained")
    for name, label in SHOWN.items():
        axes.plot(FLEXIONS_DEG, np.degrees(error[:, angle_index(name)]), label=label)
    axes.set(xlabel="knee flexion (deg)", ylabel="standard error (deg)", ylim=(0, None), title="one frame, 6 mm points")
    axes.legend(frameon=False)
    figure.savefig(IMAGES / "theory-identifiability.png", dpi=110)


def _estimated(lab: VirtualTrial) -> AngleTrial:
    recordings = [Recording(Purpose.STATIC, lab.static), Recording(Purpose.MOVEMENT, lab.main)]
    return reconstruct_session(lab.rig, recordings, PixelNoise()).angles


def imposed_valgus() -> None:
    """A knee that caves in by itself: what the estimate says of the sum and of the split, with 95 % intervals."""
    caving = Fault(knee_abduction_deg=10.0)
    lab = virtual_trial(seed=3, seconds=5.0, faults=(caving, caving))
    found = _estimated(lab)
    figure, panels = plt.subplots(1, 3, figsize=(9.0, 3.0), layout="constrained", sharex=True, sharey=True)
    for axes, (name, label) in zip(panels, SHOWN.items(), strict=True):
        value = np.degrees(found.values[:, angle_index(name)])
        half = 1.96 * np.degrees(found.standard_error[:, angle_index(name)])
        axes.fill_between(found.time_s, value - half, value + half, alpha=0.25, linewidth=0)
        axes.plot(found.time_s, value, label="estimate, 95 %")
        axes.plot(lab.truth.time_s, np.degrees(lab.truth.angles[:, angle_index(name)]), "k--", label="truth")
        axes.set(title=label, xlabel="time (s)")
    panels[0].set_ylabel("deg")
    panels[0].legend(frameon=False, fontsize="small")
    figure.savefig(IMAGES / "theory-imposed-valgus.png", dpi=110)


def passband() -> None:
    """Why a drifting detector looks quieter to a fast joint: spectra of the motion and of the drift."""
    noise, rate = PixelNoise(), motion_prior().rate
    frequency = np.geomspace(0.05, 20.0, 300)
    omega = 2.0 * np.pi * frequency
    drift = 1.0 / (1.0 + (omega * noise.drift_time_s) ** 2)
    signal = (1.0 + (omega / rate) ** 2) ** -2.0
    level = (noise.temporal_px(1e-3, rate) / noise.temporal_px(1e-3)) ** 2
    figure, axes = plt.subplots(figsize=(6.0, 3.2), layout="constrained")
    axes.loglog(frequency, signal, label="motion (Matern-3/2)")
    axes.loglog(frequency, drift, label="detector's drift")
    axes.axhline(level, color="C1", linestyle=":", label="white noise that stands for it")
    axes.set(xlabel="frequency (Hz)", ylabel="density, relative to 0 Hz", ylim=(1e-4, 2.0))
    axes.legend(frameon=False, loc="lower left")
    figure.savefig(IMAGES / "theory-passband.png", dpi=110)


if __name__ == "__main__":
    mpl.use("Agg")
    identifiability()
    passband()
    imposed_valgus()
