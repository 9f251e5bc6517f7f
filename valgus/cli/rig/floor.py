"""`valgus rig floor`: a rig's world from where feet stood."""

from pathlib import Path
from typing import Annotated

import typer

from valgus.cli.rig.person_input import Fps, Keypoints, KeypointSetName, Out, read_person


def floor(
    rig: Annotated[Path, typer.Argument(metavar="RIG.toml", help="Rig whose floor is unknown or wrong.")],
    keypoints: Keypoints,
    out: Out,
    fps: Fps = None,
    keypoint_set: KeypointSetName = None,
) -> None:
    """Put a rig's world on the floor that carries a recorded person's feet; the cameras keep their places."""
    from calibration.formats.aniposelib import write_rig
    from valgus.rigs.from_person import rig_on_the_floor

    found = rig_on_the_floor(read_person(rig, keypoints, keypoint_set, fps))
    write_rig(out, found.rig)
    typer.echo(f"{out}: {len(found.rig)} cameras, feet flat on the floor to {1e3 * found.floor_rms_m:.0f} mm")
