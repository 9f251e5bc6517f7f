"""`valgus cameras set`: exposure, gain, white balance and focus by hand."""

import typer

from capture.cameras.usb_settings import ExposureSettings
from valgus.cli.cameras.options import Device, ExposureMs, Focus, Gain, WhiteBalanceK


def set_(
    device: Device,
    exposure_ms: ExposureMs = None,
    gain: Gain = None,
    white_balance_k: WhiteBalanceK = None,
    focus: Focus = None,
) -> None:
    """Set a camera by hand, even while it is in use, and say what it made of it; exit code 1 where it did not obey."""
    from capture.cameras.usb import set_usb_camera

    now, ignored = set_usb_camera(device, ExposureSettings(exposure_ms, gain, white_balance_k, focus))
    typer.echo(", ".join(now) or "this camera has none of these settings")
    for line in ignored:
        typer.echo(f"not taken: {line}", err=True)
    if ignored:
        raise typer.Exit(1)
