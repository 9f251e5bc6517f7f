"""`valgus cameras latency`: how late each camera stamps its frames."""

from pathlib import Path
from typing import Annotated

import typer

from capture.camera_match import match_cameras
from capture.keypoint_files.trial import read_keypoint_trial
from capture.latency.by_motion import latency_by_motion
from capture.latency.file import write_latencies


def latency(
    rig: Annotated[Path, typer.Option(help="Calibrated rig (TOML, metres).")],
    keypoints: Annotated[Path, typer.Option(help="A recording of one person who swings arms and legs fast.")],
    out: Annotated[Path, typer.Option(help="LATENCY.toml, for the node's configuration.")],
    fps: Annotated[float | None, typer.Option(help="Frames per second of a recording without times.")] = None,
    keypoint_set: Annotated[str | None, typer.Option(help="How the recording's points are ordered.")] = None,
) -> None:
    """Find by a fast movement how much later than the others each camera stamps its frames."""
    from calibration.formats.aniposelib import read_rig

    calibrated = read_rig(rig)
    trial = read_keypoint_trial(keypoints, keypoint_set, fps)
    match = match_cameras(trial.cameras, calibrated.names)
    watching = calibrated.select(match.names)
    estimate = latency_by_motion(watching, match.names, trial.time_s, trial.uv[:, :, 0], trial.confidence[:, :, 0])
    write_latencies(out, estimate)
    for name, late_s, sd_s in zip(estimate.cameras, estimate.latency_s, estimate.sd_s, strict=True):
        typer.echo(f"{name:20} {1e3 * late_s:+8.2f} ms +- {1e3 * sd_s:.2f} ms")
