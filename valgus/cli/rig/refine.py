"""`valgus rig refine`: a rig brought up to date by a session's keypoints."""

from pathlib import Path
from typing import Annotated

import typer

from valgus.cli.rig.person_input import Fps, Keypoints, KeypointSetName, Out, read_person, write_refined


def refine(
    rig: Annotated[Path, typer.Argument(metavar="RIG.toml", help="Rig to refine.")],
    keypoints: Keypoints,
    out: Out,
    fps: Fps = None,
    keypoint_set: KeypointSetName = None,
) -> None:
    """Move all cameras a little, to where a recorded person's keypoints agree best."""
    from calibration.people.refinement import refine_rig

    views = read_person(rig, keypoints, keypoint_set, fps)
    write_refined(out, rig, refine_rig(views.rig, views.points))
