"""The folder that `valgus process` leaves behind: complete, or not touched at all."""

import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np

from calibration.formats.aniposelib import write_rig
from capture.types import KeypointTrial
from geometry.rig import Rig
from reconstruct.estimator.known_body import known_body
from reconstruct.pipeline import Reconstruction
from stream.files.quantity_tables import write_quantities
from stream.files.trial_folder import TrialResults, write_trial
from valgus.finished_folder import finished_folder
from valgus.offline.movement_analysis import MovementAnalysis
from valgus.offline.subject_file import SUBJECT_FILE, subject_text

BESIDE = ("events.csv", "analog.parquet")
"""Files of a recording whose times count from its first exposure, as those of its results do."""


def write_results(
    folder: Path,
    rig: Rig,
    found: Reconstruction,
    analysed: MovementAnalysis,
    summary: Mapping[str, Any],
    recording: Path,
) -> dict[str, Any]:
    """Write every result file of a trial; returns the summary with the seconds that this took.

    What was recorded beside the views, in the folder `recording`, goes along.  Everything is written beside `folder`
    first; an existing folder keeps its other files.

    Raises
    ------
    ValgusError : the place cannot be written
    """
    started = perf_counter()
    with finished_folder(folder) as partial:
        write_trial(partial, TrialResults(found.angles, found.points, found.body.q[:, :3]))
        write_quantities(partial, "metrics", found.angles.time_s, analysed.metrics)
        write_quantities(partial, "drivers", found.angles.time_s, analysed.drivers)
        write_rig(partial / "rig.toml", rig)
        (partial / SUBJECT_FILE).write_text(subject_text(known_body(found.body.belief)), encoding="utf-8")
        for name in BESIDE:
            if (recording / name).is_file():
                shutil.copyfile(recording / name, partial / name)
        seconds = {**summary["seconds"], "write": round(perf_counter() - started, 4)}
        complete = {**summary, "seconds": seconds}
        (partial / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(complete), indent=1))
    return complete


def reprojection(rig: Rig, found: Reconstruction) -> dict[str, Any]:
    """Median, 90th percentile and median per camera of the points' reprojection errors, px; None where unknown."""
    errors = found.points.camera_residual_px
    known = errors[np.isfinite(errors)]

    def rounded(values: np.ndarray, quantile: float) -> float | None:
        return round(float(np.quantile(values, quantile)), 3) if len(values) else None

    per_camera = {
        camera.name: rounded(row[np.isfinite(row)], 0.5) for camera, row in zip(rig.cameras, errors, strict=True)
    }
    return {"median": rounded(known, 0.5), "p90": rounded(known, 0.9), "per_camera": per_camera}


def repairs(rig: Rig, found: Reconstruction) -> dict[str, Any]:
    """Frames per camera in which left and right were exchanged, and the share of keypoints that was not believed."""
    swapped = found.views.swapped.any(axis=2).sum(axis=1)
    seen = (found.views.confidence > 0) | found.views.rejected
    return {
        "frames_swapped": {camera.name: int(count) for camera, count in zip(rig.cameras, swapped, strict=True)},
        "keypoints_rejected": round(float(found.views.rejected.sum() / max(seen.sum(), 1)), 4),
    }


def sync_errors_ms(movement: KeypointTrial) -> dict[str, float | None]:
    """Standard deviation of every camera's capture times, ms; None where the recording does not tell it."""
    sds_s = movement.time_sd_s or (float("nan"),) * len(movement.cameras)
    return {
        camera: None if math.isnan(sd_s) else round(1e3 * sd_s, 3)
        for camera, sd_s in zip(movement.cameras, sds_s, strict=True)
    }
