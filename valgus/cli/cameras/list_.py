"""`valgus cameras list`: what is plugged in."""

import typer


def list_() -> None:
    """List the cameras of this computer: name for a configuration, picture sizes and rates, settings."""
    from capture.cameras.usb import usb_cameras

    cameras = usb_cameras()
    if not cameras:
        typer.echo("no camera is plugged in")
    for camera in cameras:
        typer.echo(f'device = "{camera.name}"    {camera.card}, {camera.path}')
        for mode in camera.modes:
            typer.echo(f"    {mode}")
        if camera.settings:
            typer.echo(f"    now: {', '.join(camera.settings)}")
