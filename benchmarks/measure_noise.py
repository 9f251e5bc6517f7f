"""How a detector's error depends on its score and on the joint, measured against the other views of a recording.

    .venv/bin/python benchmarks/measure_noise.py RIG.toml KEYPOINTS_FOLDER KEYPOINT_SET [FPS]

Prints the tables of `configs/noise/`: the median error of every bin of scores and every kind of joint, relative to the
general noise model without them.  The error is taken against the point that the views agree on, so it shows how joints
and scores compare, not how large the bias is that all views share.
"""

import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.trial import read_keypoint_trial
from capture.types import KeypointTrial
from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.noise_profiles import joint_kind
from reconstruct.pixel_noise import PixelNoise, person_scale, standing_scale
from reconstruct.tracking.subject import select_subject
from reconstruct.tracking.view_cleaning import clean_views
from reconstruct.triangulation import triangulate_trial

Array = NDArray[np.float64]

BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
MEDIAN_OF_TWO_AXES = np.sqrt(2.0 * np.log(2.0))
FEWEST = 20


def relative_errors(rig: Rig, subject: KeypointTrial) -> tuple[PixelNoise, Array, Array]:
    """Fitted general model; errors (C, F, K) in its standard deviations, NaN where unknown; scores (C, F, K)."""
    general = replace(PixelNoise(), score=np.array([0.0]), score_factor=np.array([1.0]))
    uv, score = subject.uv[:, :, 0], subject.confidence[:, :, 0]
    views = clean_views(rig, subject.keypoint_set, subject.time_s, uv, score, general)
    points = triangulate_trial(rig, subject.keypoint_set, subject.time_s[0], views.uv, views.confidence, views.noise)
    seen = np.stack([project(rig.arrays, c, points.xyz) for c in range(len(rig))])
    swapped_in = np.where(views.swapped[..., None], views.uv, uv)
    sd = np.sqrt(views.noise.variance_px2(score, person_scale(uv, score), standing_scale(rig, uv, score)))
    return views.noise, np.linalg.norm(swapped_in - seen, axis=-1) / sd / MEDIAN_OF_TWO_AXES, score


def main() -> None:
    rig_path, folder, name, *fps = sys.argv[1:]
    rig = read_rig(Path(rig_path))
    trial = read_keypoint_trial(Path(folder), name, float(fps[0]) if fps else None)
    fitted, error, score = relative_errors(rig, select_subject(trial, rig, PixelNoise()))
    print(f"white_px {fitted.white_px:.2f}  drift_px {fitted.drift_px:.2f}  bias_px {fitted.bias_px:.2f}")
    for low, high in pairwise(BINS):
        inside = error[(score >= low) & (score < high) & np.isfinite(error)]
        if len(inside) >= FEWEST:
            print(f"score {low:.1f} to {min(high, 1.0):.1f}: {np.median(inside):.2f}  ({len(inside)} detections)")
    keypoints = trial.keypoint_set
    kinds = np.array([joint_kind(name, keypoints) for name in keypoints.names])
    for kind in dict.fromkeys(kinds.tolist()):
        print(f"{kind} = {np.nanmedian(error[:, :, kinds == kind]):.2f}")


if __name__ == "__main__":
    main()
