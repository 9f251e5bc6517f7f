"""`valgus rig show`: what a rig file says."""

from pathlib import Path
from typing import Annotated

import typer


def show(rig: Annotated[Path, typer.Argument(metavar="RIG", help="Rig file of any known format.")]) -> None:
    """Print the cameras of a rig: lens, place, height and where they look."""
    import numpy as np

    from calibration.formats.any_format import read_any

    cameras = read_any(rig).cameras
    widest = max(len(camera.name) for camera in cameras)
    typer.echo(f"{'camera':{widest}}  size px     fx px    fy px   x m     y m     z m     looks to x y z")
    for camera in cameras:
        place = " ".join(f"{value:7.3f}" for value in camera.centre_world)
        way = " ".join(f"{value:5.2f}" for value in camera.viewing_direction_world)
        size = f"{camera.size[0]}x{camera.size[1]}"
        focal = f"{camera.matrix[0, 0]:8.2f} {camera.matrix[1, 1]:8.2f}"
        typer.echo(f"{camera.name:{widest}}  {size:9} {focal} {place}  {way}{'  fisheye' * camera.fisheye}")
    centres = np.array([camera.centre_world for camera in cameras])
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=-1).max()
    typer.echo(f"{len(cameras)} cameras, up to {apart:.3f} m apart")
