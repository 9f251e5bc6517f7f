"""Figures of each camera for quality.json."""

from typing import Any

import numpy as np

from calibration.extrinsics.solution import Solution
from calibration.intrinsics.coverage import covered_share
from calibration.kernels.board_view import CAMERA, INTRINSIC
from calibration.rig_footage import PairedFootage
from geometry.rig import Rig


def camera_figures(solution: Solution, rig: Rig, paired: PairedFootage) -> dict[str, dict[str, Any]]:
    """Lens, place and their standard deviations, by camera name."""
    covariance = solution.adjustment.covariance()
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0)).reshape(-1, CAMERA)
    figures: dict[str, dict[str, Any]] = {}
    for i, (lens, camera) in enumerate(zip(solution.lenses, rig.cameras, strict=True)):
        figures[lens.name] = {
            "fx": camera.matrix[0, 0],
            "fy": camera.matrix[1, 1],
            "cx": camera.matrix[0, 2],
            "cy": camera.matrix[1, 2],
            "fx_sd": sd[i, INTRINSIC],
            "fy_sd": sd[i, INTRINSIC + 1],
            "centre_sd_mm": 1e3 * float(np.linalg.norm(sd[i, :3])),
            "rotation_sd_deg": float(np.rad2deg(np.linalg.norm(sd[i, 3:6]))),
            "centre_m": list(camera.centre_world),
            "lens_model": lens.model.name,
            "lens_rms_px": lens.rms_px,
            "lens_heldout_px": lens.heldout_px,
            "lens_views": lens.views,
            "lens_coverage": covered_share(lens.coverage),
            "frames_with_board": len(paired.footage[_clip_name(paired, lens.name)].seen),
            "frames_inspected": paired.footage[_clip_name(paired, lens.name)].inspected,
        }
    return figures


def _clip_name(paired: PairedFootage, name: str) -> str:
    return paired.clips[paired.names.index(name)].name if paired.clips else name
