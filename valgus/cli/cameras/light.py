"""`valgus cameras light`: a video against force plates, by a light that both know."""

from pathlib import Path
from typing import Annotated

import typer


def light(
    video: Annotated[Path, typer.Argument(help="Recorded video in which the light is seen.")],
    triggers: Annotated[Path, typer.Option(help="Text file: times of the trigger, seconds on the other clock.")],
) -> None:
    """Find a light that another device's trigger switches on, and how that device's clock relates to the video's."""
    from capture.trigger.recording import align_recording

    found, aligned = align_recording(video, triggers)
    u, v = found.centre
    typer.echo(
        f"light at ({u:.0f}, {v:.0f}) px; {aligned.matched} flashes match, {aligned.unmatched} triggers do not show"
    )
    typer.echo(f"add {aligned.offset_s:.6f} s (+- {1e3 * aligned.sd_s:.2f} ms) to the other device's times")
