"""`valgus process`."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from valgus.errors import ValgusError

if TYPE_CHECKING:
    from valgus.offline.chosen_people import Choice
    from valgus.offline.process import TrialReader


def process(
    rig: Annotated[Path, typer.Option(help="Calibrated rig (TOML, metres).")],
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    keypoints: Annotated[Path | None, typer.Option(help="Folder of OpenPose JSON folders or keypoints.npz.")] = None,
    videos: Annotated[Path | None, typer.Option(help="Folder of one video per camera.")] = None,
    static: Annotated[Path | None, typer.Option(help="The person standing still, same kind of folder.")] = None,
    functional: Annotated[Path | None, typer.Option(help="Leg swings and shallow squats, same kind.")] = None,
    subject: Annotated[Path | None, typer.Option(help="The subject.toml that an earlier trial left behind.")] = None,
    subject_person: Annotated[
        list[int] | None,
        typer.Option(min=0, help="Of several people, counted from 0 as they appear; may be given again."),
    ] = None,
    subjects: Annotated[
        int | None, typer.Option(min=1, help="How many people, the most central ones; each gets a folder of its own.")
    ] = None,
    fps: Annotated[float | None, typer.Option(help="Frames per second of recordings that carry no times.")] = None,
    keypoint_set: Annotated[
        str | None, typer.Option(help="halpe_26, body_25, body_25b, coco_17, blazepose_33.")
    ] = None,
    detector: Annotated[str, typer.Option(help="For --videos: blazepose-heavy, -full or -lite.")] = "blazepose-heavy",
    triangulation: Annotated[str, typer.Option(help="robust, or dlt15 for comparison with other software.")] = "robust",
) -> None:
    """Turn a recorded movement into points and joint angles, each with its standard error."""
    from reconstruct.pipeline import TRIANGULATIONS
    from valgus.live.first_start import is_first_start
    from valgus.offline.process import ProcessRequest
    from valgus.offline.process import process as run

    movement, read_trial = _recording(keypoints, videos, keypoint_set, fps, detector)
    if triangulation not in TRIANGULATIONS:
        raise ValgusError(f"--triangulation {triangulation}: choose one of {', '.join(TRIANGULATIONS)}")
    people = _choice(subject_person or [], subjects, subject)
    request = ProcessRequest(rig, movement, static, functional, triangulation, out, subject, people)
    if sys.stderr.isatty() and is_first_start("measurement.trial_residuals"):
        typer.echo("compiling for this machine, only this once: a minute or two", err=True)
    for folder, summary in run(request, read_trial).items():
        for notice in summary["notices"]:
            typer.echo(f"notice: {notice}", err=True)
        seconds = sum(summary["seconds"].values())
        typer.echo(f"{folder}: {summary['frames']} frames, {summary['cameras']} cameras, {seconds:.1f} s")


def _choice(numbers: list[int], count: int | None, subject: Path | None) -> "Choice":
    from valgus.offline.chosen_people import Choice

    if numbers and count is not None:
        raise ValgusError("--subjects and --subject-person: say how many people or which ones, not both")
    choice = Choice(tuple(dict.fromkeys(numbers)), count or 1)
    if choice.several and subject is not None:
        raise ValgusError(f"--subject {subject} describes one person; choose that person alone with --subject-person")
    return choice


def _recording(
    keypoints: Path | None, videos: Path | None, keypoint_set: str | None, fps: float | None, detector: str
) -> "tuple[Path, TrialReader]":
    """The movement's folder and what reads it and the trials beside it."""
    from capture.keypoint_files.trial import read_keypoint_trial
    from valgus.offline.videos import read_videos

    if keypoints is not None and videos is None:
        return keypoints, partial(read_keypoint_trial, keypoint_set_name=keypoint_set, fps=fps)
    if videos is not None and keypoints is None:
        return videos, partial(read_videos, detector=detector)
    raise ValgusError("give either --keypoints DIR or --videos DIR")
