"""Fast movements of joints that usually stay near a mean are followed, not flattened."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.angle_names import angle_index
from reconstruct.noise_profiles import noise_profile
from reconstruct.pipeline import reconstruct_session
from reconstruct.recording import Purpose, Recording
from valgus.virtual_lab import motion
from valgus.virtual_lab.person import Person, Posture
from valgus.virtual_lab.trial import MAIN, virtual_lab

Array = NDArray[np.float64]

FPS, SECONDS, TURNS_PER_S = 100.0, 1.6, 2.5


def sideways_swing(person: Person, time_s: Array) -> Posture:
    """Standing on the left leg, the right one swings out and in by 9 deg, as fast as in running."""
    posture = motion.squat(person, 0.0 * time_s, (motion.Fault(), motion.Fault()))
    hip = posture.hip.copy()
    hip[:, 0, 1] += np.deg2rad(9.0) * np.sin(2.0 * np.pi * TURNS_PER_S * time_s)
    support = np.stack([np.zeros_like(time_s), np.ones_like(time_s)], axis=1)
    return motion.planted(person, replace(posture, hip=hip), support)


def test_a_hip_that_swings_as_in_running() -> None:
    lab = virtual_lab(3)
    time_s = np.arange(round(SECONDS * FPS)) / FPS
    movement = lab.record(sideways_swing, np.tile(time_s, (len(lab.rig), 1)), MAIN)
    recordings = [Recording(Purpose.STATIC, lab.record_standing(60.0)), Recording(Purpose.MOVEMENT, movement)]
    found = reconstruct_session(lab.rig, recordings, noise_profile(movement.keypoint_set))
    column = angle_index("hip_adduction_r")
    estimate, standard_error = found.angles.values[:, column], found.angles.standard_error[:, column]
    true = lab.truth(sideways_swing, time_s).degrees("hip_adduction_r")
    slope = np.polyfit(true, np.rad2deg(estimate), 1)[0]
    assert 0.85 < slope < 1.1
    assert np.mean(np.abs(np.rad2deg(estimate) - true) < 1.96 * np.rad2deg(standard_error)) > 0.9
