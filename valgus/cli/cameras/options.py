"""Options that several commands about cameras share."""

from typing import Annotated

import typer

Device = Annotated[str, typer.Argument(help="Serial number, port, path or number, as 'valgus cameras list' says.")]
ExposureMs = Annotated[float | None, typer.Option(help="Shutter time, milliseconds.")]
Gain = Annotated[int | None, typer.Option(help="Gain, in the camera's own units.")]
WhiteBalanceK = Annotated[int | None, typer.Option("--white-balance-k", help="Colour temperature, kelvin.")]
Focus = Annotated[int | None, typer.Option(help="Focus, in the camera's own units.")]
