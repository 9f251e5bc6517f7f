"""LATENCY.toml: one table per camera with `latency_ms` and `sd_ms`."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from capture.config_file import read_tables
from capture.errors import CaptureError
from capture.latency.estimate import LatencyEstimate

_MS = 1e-3
_NS = 1e9


@dataclass(frozen=True)
class CameraLatency:
    """How much later than the average camera one camera stamps its frames, with its standard deviation."""

    latency_ns: int
    sd_ns: int


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    latency_ms: float
    sd_ms: float


def write_latencies(path: Path, estimate: LatencyEstimate) -> None:
    """Write an estimate; an older file is replaced at once or not at all."""
    text = "\n".join(
        f"[{json.dumps(camera)}]\nlatency_ms = {latency / _MS:.4f}\nsd_ms = {sd / _MS:.4f}\n"
        for camera, latency, sd in zip(estimate.cameras, estimate.latency_s, estimate.sd_s, strict=True)
    )
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CaptureError(f"{path}: cannot be written ({error.strerror}); choose another place") from None


def read_latencies(path: Path) -> dict[str, CameraLatency]:
    """Latencies by camera name; CaptureError where the file holds anything else."""
    tables = read_tables(path, _Table)
    return {
        camera: CameraLatency(round(table.latency_ms * _MS * _NS), round(table.sd_ms * _MS * _NS))
        for camera, table in tables.items()
    }
