"""quality.json: the figures of a calibration or check, as they are written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from calibration.quality.comparison import Comparison
from calibration.quality.gates import Gate
from calibration.quality.scores import Score
from calibration.quality.volume import VolumeMap

Array = NDArray[np.float64]

_AREAS_MM = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class ClockFigures:
    """What the pictures say about the cameras' clocks.

    `rms_simultaneous_px`, `rms_timestamps_px` and `rms_offsets_px` are board-fit residuals when pictures of one
    instant are taken as simultaneous, at their timestamps, and at timestamps corrected by one offset per camera;
    `modelled` when the rig was solved, and its corners are scored, with those offsets.
    """

    names: Sequence[str]
    offset_s: Array
    offset_sd_s: Array
    rms_simultaneous_px: float
    rms_timestamps_px: float
    rms_offsets_px: float
    modelled: bool = False


@dataclass(frozen=True, eq=False)
class Quality:
    """Figures of one rig.

    `cameras` holds per-camera figures by name; `heldout` is None when there were too few pictures to leave some out;
    `not_judged` says which gates had nothing to go by, and why; `volume` is where the rig can measure and `comparison`
    what changed since its last calibration.
    """

    score: Score
    heldout: Score | None
    names: Sequence[str]
    cameras: Mapping[str, Mapping[str, Any]]
    gates: Sequence[Gate]
    not_judged: Mapping[str, str] = field(default_factory=dict[str, str])
    clocks: ClockFigures | None = None
    world: str = ""
    floor_rms_mm: float | None = None
    notices: Sequence[str] = ()
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    volume: VolumeMap | None = None
    comparison: Comparison | None = None

    @property
    def passed(self) -> bool:
        """Whether every gate that could be judged is passed."""
        return all(gate.passed for gate in self.gates)

    def as_json(self) -> str:
        """The document, numbers that are unknown as null."""
        judged = self.heldout or self.score
        document = {
            "passed": self.passed,
            "reprojection_rms_px": self.score.rms_px,
            "reprojection_heldout_rms_px": self.heldout.rms_px if self.heldout else None,
            "corners": self.score.corners,
            "corners_heldout": self.heldout.corners if self.heldout else 0,
            "cameras": {name: self._camera(i, name) for i, name in enumerate(self.names)},
            "corner_rms_px": list(judged.corner_rms_px),
            "scale_rmse_mm": 1e3 * judged.scale_rmse_m,
            "scale_bias_mm": 1e3 * judged.scale_bias_m,
            "gates": [_gate(gate) for gate in self.gates],
            "gates_not_judged": [{"name": name, "reason": why} for name, why in self.not_judged.items()],
            "clocks": self._clocks(),
            "world": {"source": self.world, "floor_rms_mm": self.floor_rms_mm},
            "volume": _volume(self.volume) if self.volume else None,
            "comparison": _comparison(self.comparison) if self.comparison else None,
            "notices": list(self.notices),
            "seconds": dict(self.seconds),
        }
        return json.dumps(_plain(document), indent=2) + "\n"

    def _camera(self, i: int, name: str) -> dict[str, Any]:
        heldout = float(self.heldout.camera_rms_px[i]) if self.heldout else None
        return {"rms_px": float(self.score.camera_rms_px[i]), "heldout_rms_px": heldout, **self.cameras.get(name, {})}

    def _clocks(self) -> dict[str, Any] | None:
        if self.clocks is None:
            return None
        of_camera = zip(self.clocks.names, self.clocks.offset_s, self.clocks.offset_sd_s, strict=True)
        return {
            "offset_ms": {name: {"value": 1e3 * value, "sd": 1e3 * sd} for name, value, sd in of_camera},
            "modelled": self.clocks.modelled,
            "rms_simultaneous_px": self.clocks.rms_simultaneous_px,
            "rms_timestamps_px": self.clocks.rms_timestamps_px,
            "rms_offsets_px": self.clocks.rms_offsets_px,
        }


def _volume(volume: VolumeMap) -> dict[str, Any]:
    return {
        "height_m": volume.height_m,
        "best_mm_per_px": 1e3 * volume.best_m,
        "area_m2": {f"within_{limit_mm:g}_mm_per_px": volume.area_within(1e-3 * limit_mm) for limit_mm in _AREAS_MM},
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    moves = zip(comparison.names, comparison.moved_m, comparison.turned_rad, strict=True)
    return {
        "scale": comparison.scale,
        "cameras": {name: {"moved_mm": 1e3 * m, "turned_deg": np.rad2deg(turn)} for name, m, turn in moves},
    }


def _gate(gate: Gate) -> dict[str, Any]:
    document = {"name": gate.name, "passed": gate.passed, "value": gate.value, "limit": gate.limit}
    return {**document, "detail": gate.detail} if gate.detail else document


def _plain(value: Any) -> Any:
    """JSON has no NaN and no numpy."""
    if isinstance(value, Mapping):
        table = cast(Mapping[str, Any], value)
        return {key: _plain(item) for key, item in table.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast(Sequence[Any], value)]
    plain = cast(Any, value.item() if isinstance(value, np.generic) else value)
    if isinstance(plain, float):
        return round(plain, 6) if np.isfinite(plain) else None
    return plain
