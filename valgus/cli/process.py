"""`valgus process`."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from valgus.errors import ValgusError


def process(
    rig: Annotated[Path, typer.Option(help="Calibrated rig (TOML, metres).")],
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    keypoints: Annotated[Path | None, typer.Option(help="Folder of OpenPose JSON folders or keypoints.npz.")] = None,
    videos: Annotated[Path | None, typer.Option(help="Folder of one video per camera.")] = None,
    static: Annotated[Path | None, typer.Option(help="The person standing still, same kind of folder.")] = None,
    functional: Annotated[Path | None, typer.Option(help="Leg swings and shallow squats, same kind.")] = None,
    fps: Annotated[float | None, typer.Option(help="Frames per second of recordings that carry no times.")] = None,
    keypoint_set: Annotated[
        str | None, typer.Option(help="halpe_26, body_25, body_25b, coco_17, blazepose_33.")
    ] = None,
    triangulation: Annotated[str, typer.Option(help="robust, or dlt15 for comparison with other software.")] = "robust",
) -> None:
    """Turn a recorded movement into points and joint angles, each with its standard error."""
    from capture.keypoint_files.trial import read_keypoint_trial
    from reconstruct.pipeline import TRIANGULATIONS
    from valgus.offline.process import ProcessRequest
    from valgus.offline.process import process as run

    if keypoints is None:
        raise ValgusError("give --keypoints DIR")
    if triangulation not in TRIANGULATIONS:
        raise ValgusError(f"--triangulation {triangulation}: choose one of {', '.join(TRIANGULATIONS)}")
    reader = partial(read_keypoint_trial, keypoint_set_name=keypoint_set, fps=fps)
    summary = run(ProcessRequest(rig, keypoints, static, functional, triangulation, out), reader)
    for notice in summary["notices"]:
        typer.echo(f"notice: {notice}", err=True)
    seconds = sum(summary["seconds"].values())
    typer.echo(f"{out}: {summary['frames']} frames, {summary['cameras']} cameras, {seconds:.1f} s")
