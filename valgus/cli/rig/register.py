"""`valgus rig register`: one camera that was bumped, placed again."""

from pathlib import Path
from typing import Annotated

import typer

from valgus.cli.rig.person_input import Fps, Keypoints, KeypointSetName, Out, read_person, write_refined


def register(
    rig: Annotated[Path, typer.Argument(metavar="RIG.toml", help="Rig in which one camera no longer holds.")],
    camera: Annotated[str, typer.Option(help="Name of the camera that was moved.")],
    keypoints: Keypoints,
    out: Out,
    fps: Fps = None,
    keypoint_set: KeypointSetName = None,
) -> None:
    """Place one moved camera anew by a recorded person whom the other cameras see too."""
    from calibration.people.refinement import register_camera

    views = read_person(rig, keypoints, keypoint_set, fps)
    write_refined(out, rig, register_camera(views.rig, camera, views.points))
