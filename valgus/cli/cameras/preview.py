"""`valgus cameras preview`: look through a camera and see what it really delivers."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from capture.cameras.usb_settings import ExposureSettings, PictureMode
from valgus.cli.cameras.options import Device, ExposureMs, Focus, Gain, WhiteBalanceK


def preview(
    device: Device,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to look.")] = 5.0,
    width: Annotated[int, typer.Option(help="Width of the pictures, px.")] = 1280,
    height: Annotated[int, typer.Option(help="Height of the pictures, px.")] = 720,
    fps: Annotated[float, typer.Option(help="Frames per second to ask for.")] = 60.0,
    pixel_format: Annotated[Literal["MJPG", "YUYV"], typer.Option(help="Compressed or plain.")] = "MJPG",
    exposure_ms: ExposureMs = None,
    gain: Gain = None,
    white_balance_k: WhiteBalanceK = None,
    focus: Focus = None,
    snapshot: Annotated[Path | None, typer.Option(help="PNG to write the last picture to.")] = None,
) -> None:
    """Read a camera for some seconds and say what it delivers; DEVICE may also be an http or rtsp address."""
    from capture.cameras.network import SCHEMES, NetworkCamera
    from capture.cameras.trial_run import try_out
    from capture.cameras.usb import open_usb_camera
    from valgus.cli.cameras.png import write_png

    if device.partition("://")[0] in SCHEMES:
        camera, notices = NetworkCamera("preview", device), ()
    else:
        settings = ExposureSettings(exposure_ms, gain, white_balance_k, focus)
        camera = open_usb_camera("preview", device, PictureMode(width, height, fps, pixel_format), settings)
        notices = camera.notices
    for line in notices:
        typer.echo(f"not taken: {line}", err=True)
    try:
        run = try_out(camera, seconds)
    finally:
        camera.close()
    typer.echo(
        f"{run.size[0]}x{run.size[1]}, {run.fps:.2f} frames per second (jitter {run.jitter_ms:.2f} ms), "
        f"{run.frames} frames, {run.missed} missed, {run.age_ms:.1f} ms old on arrival"
    )
    if snapshot is not None:
        write_png(snapshot, run.last)
