"""`valgus rig watch`: was a camera bumped during a recorded session?"""

from pathlib import Path
from typing import Annotated

import typer

from valgus.cli.rig.person_input import Fps, Keypoints, KeypointSetName, read_person


def watch(
    rig: Annotated[Path, typer.Argument(metavar="RIG.toml", help="Rig that the session was recorded with.")],
    keypoints: Keypoints,
    fps: Fps = None,
    keypoint_set: KeypointSetName = None,
) -> int:
    """Look through a recording for a camera that moved; exit code 1 when one did."""
    from valgus.rigs.recorded_drift import watch_recording

    found = watch_recording(read_person(rig, keypoints, keypoint_set, fps))
    for one in found:
        typer.echo(f"{one.time_s:.1f} s: {one.alarm}")
    if not found:
        typer.echo("no camera moved against the others")
    return 1 if found else 0
