"""What the commands about rigs and people have in common: recorded keypoints in, a rig out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from calibration.people.refinement import Refined
    from valgus.rigs.person_views import PersonViews

Keypoints = Annotated[Path, typer.Option(help="Folder of OpenPose JSON folders, keypoints.npz or a node's recording.")]
Fps = Annotated[float | None, typer.Option(help="Frames per second of recordings that carry no times.")]
KeypointSetName = Annotated[
    str | None, typer.Option("--keypoint-set", help="halpe_26, body_25, body_25b, coco_17, blazepose_33.")
]
Out = Annotated[Path, typer.Option(help="Rig file to write, TOML in metres.")]


def read_person(rig: Path, keypoints: Path, keypoint_set: str | None, fps: float | None) -> "PersonViews":
    """The recorded person as the rig's cameras see them; notices are printed."""
    from calibration.formats.aniposelib import read_rig
    from capture.keypoint_files.trial import read_keypoint_trial
    from valgus.rigs.person_views import person_views

    person = person_views(read_rig(rig), read_keypoint_trial(keypoints, keypoint_set, fps))
    for notice in person.notices:
        typer.echo(f"notice   {notice}", err=True)
    return person


def write_refined(out: Path, whole: Path, refined: "Refined") -> None:
    """Write the rig with its new cameras, the ones that were not recorded as they were, and say what moved."""
    from dataclasses import replace

    import numpy as np

    from calibration.formats.aniposelib import read_rig, write_rig

    rig = read_rig(whole)
    new = {camera.name: camera for camera in refined.rig.cameras}
    write_rig(out, replace(rig, cameras=tuple(new.get(camera.name, camera) for camera in rig.cameras)))
    for i, name in enumerate(refined.rig.names):
        typer.echo(
            f"{name}: {refined.before_px[i]:.1f} -> {refined.after_px[i]:.1f} px from where the others put the "
            f"keypoints; moved {1e3 * refined.moved_m[i]:.1f} mm, turned {np.rad2deg(refined.turned_rad[i]):.2f} deg"
        )
    typer.echo(f"{out}: {len(rig)} cameras")
