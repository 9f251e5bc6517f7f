# ezc3d's types are those of a SWIG wrapper:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownParameterType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Writing C3D: points in millimetres, angles in Plug-in Gait's labels and signs, events, analog channels."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stream.errors import StreamError
from stream.files.analog import AnalogTrial
from stream.files.c3d_channels import PLACES, Channel, trial_channels
from stream.files.events import TrialEvent
from stream.files.rates import mean_rate_hz
from stream.files.replacing import replacing
from stream.files.trial_folder import TrialResults

if TYPE_CHECKING:
    import ezc3d

Array = NDArray[np.float64]

MOST_FRAMES = 65534
MOST_ANALOG_VALUES_PER_FRAME = 65535
RESIDUAL_MISSING, LARGEST_RESIDUAL = -1.0, 127.0


def write_c3d(
    path: Path, results: TrialResults, events: Sequence[TrialEvent] = (), analog: AnalogTrial | None = None
) -> None:
    """Write a trial; the format has one frame rate, so uneven times go into the channel `Time` besides.

    Raises
    ------
    StreamError : longer than 65534 frames, or the file system refuses
    """
    import ezc3d

    time_s = results.angles.time_s
    if len(time_s) > MOST_FRAMES:
        raise StreamError(f"{path}: a C3D file holds {MOST_FRAMES} frames, the trial has {len(time_s)}; cut the trial")
    rate_hz = mean_rate_hz(time_s)
    file = ezc3d.c3d()
    _set_points(file, trial_channels(results, rate_hz), rate_hz)
    _set_analog(file, analog, rate_hz, frames=len(time_s))
    for event in events:
        minutes, seconds = divmod(event.time_s, 60.0)
        file.add_event([minutes, seconds], event.context, event.label)
    file.add_parameter("MANUFACTURER", "SOFTWARE", ["valgus"])
    with replacing(path) as temporary:
        file.write(str(temporary))


def _set_points(file: "ezc3d.c3d", channels: Sequence[Channel], rate_hz: float) -> None:
    point = file["parameters"]["POINT"]
    point["RATE"]["value"] = [rate_hz]
    point["UNITS"]["value"] = ["mm"]
    point["LABELS"]["value"] = [channel.label for channel in channels]
    point["DESCRIPTIONS"]["value"] = [channel.description for channel in channels]
    groups = [group for group in dict.fromkeys(channel.group for channel in channels) if group != PLACES]
    for group in groups:
        file.add_parameter("POINT", group, [channel.label for channel in channels if channel.group == group])
    if groups:
        file.add_parameter("POINT", "TYPE_GROUPS", [word for group in groups for word in (group, group[:-1])])
    for name, word in (("X_SCREEN", "+X"), ("Y_SCREEN", "+Z"), ("ANGLE_UNITS", "deg")):
        file.add_parameter("POINT", name, [word])
    values: Array = np.stack([channel.values for channel in channels], axis=1)
    missing = np.asarray(np.isnan(values).all(axis=-1))
    data = file["data"]
    data["points"] = np.ones((4, *missing.T.shape))
    data["points"][:3] = np.where(missing[..., None], 0.0, values).transpose(2, 1, 0)
    data["meta_points"]["residuals"] = np.where(missing, RESIDUAL_MISSING, _residuals(channels)).T[None]
    data["meta_points"]["camera_masks"] = np.zeros((7, *missing.T.shape), dtype=bool)


def _residuals(channels: Sequence[Channel]) -> Array:
    """(F, N) standard errors in whole millimetres, as much as the format keeps; 0 where unknown."""
    errors_mm = np.stack([channel.standard_error_mm for channel in channels], axis=1)
    return np.clip(np.round(np.nan_to_num(errors_mm, nan=0.0)), 0.0, LARGEST_RESIDUAL)


def _set_analog(file: "ezc3d.c3d", analog: AnalogTrial | None, rate_hz: float, frames: int) -> None:
    if analog is None:
        return
    # The format wants a whole number of samples per frame: the next one up, interpolated.
    per_frame = max(1, int(np.ceil(mean_rate_hz(analog.time_s) / rate_hz - 1e-6)))
    per_frame = min(per_frame, MOST_ANALOG_VALUES_PER_FRAME // len(analog.names))
    grid_s = np.arange(frames * per_frame) / (rate_hz * per_frame)
    parameters = file["parameters"]["ANALOG"]
    parameters["RATE"]["value"] = [rate_hz * per_frame]
    parameters["LABELS"]["value"] = list(analog.names)
    parameters["UNITS"]["value"] = list(analog.units)
    resampled = [np.interp(grid_s, analog.time_s, values, np.nan, np.nan) for values in analog.values.T]
    file["data"]["analogs"] = np.stack(resampled)[None]
