"""`valgus rig person`: a rig from a moving person alone."""

from pathlib import Path
from typing import Annotated

import typer

from geometry.errors import InputError
from valgus.cli.rig.person_input import Fps, Keypoints, KeypointSetName, Out, read_person


def person(
    lenses: Annotated[Path, typer.Option(help="Rig file whose lenses hold; where its cameras stand is not used.")],
    keypoints: Keypoints,
    out: Out,
    height_m: Annotated[float | None, typer.Option(help="The person's standing height, metres.")] = None,
    segment: Annotated[
        str | None, typer.Option(help="A measured distance between two keypoints: LHip,LKnee=0.42.")
    ] = None,
    fps: Fps = None,
    keypoint_set: KeypointSetName = None,
) -> None:
    """Place the cameras of a rig by what they see of one person walking about; rougher than a board."""
    from calibration.formats.aniposelib import write_rig
    from valgus.rigs.from_person import KnownLength, rig_from_person

    if (height_m is None) == (segment is None):
        raise InputError("give either --height-m or --segment: keypoints alone carry no metre")
    known = KnownLength(height_m) if height_m is not None else KnownLength(*_segment(segment or ""))
    found = rig_from_person(read_person(lenses, keypoints, keypoint_set, fps), known)
    write_rig(out, found.rig)
    for name, distance in zip(found.rig.names, found.distance_px, strict=True):
        typer.echo(f"{name}: {distance:.1f} px from where the others put the keypoints")
    typer.echo(f"{out}: {len(found.rig)} cameras, feet flat on the floor to {1e3 * found.floor_rms_m:.0f} mm")


def _segment(text: str) -> tuple[float, tuple[str, str]]:
    names, _, metres = text.partition("=")
    try:
        one, other = (name.strip() for name in names.split(","))
        return float(metres), (one, other)
    except ValueError:
        raise InputError(f"--segment {text}: wanted two keypoints and metres, such as LHip,LKnee=0.42") from None
