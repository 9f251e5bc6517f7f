"""A drop jump seen live by cameras that expose up to 8 ms apart: what becomes of their times, and what that costs.

    python benchmarks/unsynchronised.py TRUTH_FOLDER [--json FILE]

`shutters together` is the same jump with the same detector noise, seen by synchronised cameras.  The others see it
unsynchronised: each view used at its own time (as `valgus live` does: carried to one time for the points, taken at its
own by the body), all views interpolated to one time for both, or every frame number taken for one instant.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from calibration.formats.aniposelib import read_rig
from capture.keypoint_files.trial import read_keypoint_trial
from capture.synchronizer import LIVE_WAIT_INTERVALS, Synchronizer
from capture.types import FrameSet, Keypoints2D, KeypointTrial
from geometry.rig import Rig
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.live import Instant, LiveReconstructor, subject_of
from reconstruct.noise_profiles import noise_profile
from reconstruct.pipeline import reconstruct_session
from reconstruct.recording import Purpose, Recording
from reconstruct.tracking.body_sides import acceleration_psd
from reconstruct.tracking.live_common_time import InstantCarrier

Array = NDArray[np.float64]
Regroup = Callable[[Iterable[FrameSet]], Iterable[FrameSet]]

TOGETHER, APART = "dj1_ring4_lab", "dj1_unsync_ring4_lab"
ANGLES = tuple(f"{angle}_{side}" for angle in ("hip_adduction", "knee_flexion", "apparent_valgus") for side in "rl")
_PX_PER_METRE = 250.0


@dataclass(frozen=True)
class Errors:
    """Of points (mm: median and 90th percentile over all joints and sets) and of `ANGLES` (deg, root mean square)."""

    points_median_mm: float
    points_p90_mm: float
    angles_rms_deg: float


def views_of(trial: KeypointTrial, time_s: Array) -> Iterator[Keypoints2D]:
    """Every view of a trial in the order of these times (C, F)."""
    for place in np.argsort(time_s, axis=None, kind="stable"):
        c, i = np.unravel_index(place, time_s.shape)
        size = trial.image_sizes[c] or (1280, 720)
        uv, confidence = trial.uv[c, i].astype(np.float32), trial.confidence[c, i].astype(np.float32)
        time_ns = round(float(time_s[c, i]) * 1e9)
        yield Keypoints2D(trial.cameras[c], int(i), time_ns, 0, trial.keypoint_set.name, size, uv, confidence)


def grouped(rig: Rig, views: Iterable[Keypoints2D]) -> Iterator[FrameSet]:
    synchronizer = Synchronizer(rig.names, LIVE_WAIT_INTERVALS)
    for view in views:
        yield from synchronizer.add(view)
    yield from synchronizer.flush()


def interpolated(rig: Rig, trial: KeypointTrial, sets: Iterable[FrameSet]) -> Iterator[FrameSet]:
    """Sets whose views are all carried to the set's time, as whoever knows cameras only would do it."""
    carrier = InstantCarrier(len(rig), acceleration_psd(trial.keypoint_set), 0.0)
    scale = np.full(len(rig), _PX_PER_METRE)
    for frames in sets:
        shape = (len(rig), len(trial.keypoint_set))
        uv, variance = np.full((*shape, 2), np.nan), np.full(shape, np.nan)
        exposed_s = np.full(len(rig), frames.time_ns * 1e-9)
        for c, view in enumerate(frames.views):
            if view is not None and len(view.uv):
                uv[c], exposed_s[c] = view.uv[0], view.time_ns * 1e-9
                variance[c] = np.where(view.confidence[0] > 0.0, 1.0, np.nan)
        moved, _ = carrier.carry(frames.time_ns * 1e-9, exposed_s, uv, variance, scale)
        yield FrameSet(
            frames.time_ns,
            tuple(
                view and replace(view, time_ns=frames.time_ns, uv=moved[None, c].astype(np.float32))
                for c, view in enumerate(frames.views)
            ),
        )


def live_errors(folder: Path, time_of: Callable[[Array], Array], regroup: bool) -> Errors:
    """Run a truth set as if live, its capture times (C, F) changed by `time_of`, and compare."""
    rig, trial = read_rig(folder / "rig.toml"), read_keypoint_trial(folder, None, None)
    noise = noise_profile(trial.keypoint_set)
    static = Recording(Purpose.STATIC, read_keypoint_trial(folder / "static", None, None))
    subject = subject_of(reconstruct_session(rig, [static], noise).session[-1])
    reconstructor = LiveReconstructor(rig, trial.keypoint_set, noise, subject)
    sets = grouped(rig, views_of(trial, time_of(trial.time_s)))
    instants = [reconstructor.update(frames) for frames in (interpolated(rig, trial, sets) if regroup else sets)]
    return _compared(folder, instants)


def _compared(folder: Path, instants: list[Instant]) -> Errors:
    fps = json.loads((folder / "meta.json").read_text())["fps"]
    truth = np.load(folder.parent / TOGETHER / "points_truth.npy")
    grid_s, table = np.arange(len(truth)) / fps, pq.read_table(folder / "truth.parquet")
    column = {name: np.asarray(table[name]) for name in table.column_names}
    points_mm: list[Array] = []
    angles_deg: list[list[float]] = []
    for instant in instants:
        points_mm.append(1e3 * np.linalg.norm(instant.points.xyz - _at(instant.points.time_ns, grid_s, truth), axis=-1))
        found = np.degrees(instant.angles.values[[ANGLE_NAMES.index(name) for name in ANGLES]])
        true = [np.interp(instant.angles.time_ns * 1e-9, column["time"], column[name]) for name in ANGLES]
        angles_deg.append((found - true).tolist())
    together = np.concatenate(points_mm)
    rms_deg = float(np.sqrt(np.nanmean(np.square(angles_deg))))
    return Errors(float(np.nanmedian(together)), float(np.nanpercentile(together, 90)), rms_deg)


def _at(time_ns: int, grid_s: Array, truth: Array) -> Array:
    """Points (K, 3) of the truth (F, K, 3) at a time."""
    place = float(np.interp(time_ns * 1e-9, grid_s, np.arange(len(grid_s))))
    before = min(int(place), len(grid_s) - 2)
    return truth[before] + (place - before) * (truth[before + 1] - truth[before])


def own(time_s: Array) -> Array:
    return time_s


def ignored(time_s: Array) -> Array:
    """Every frame number is taken for one instant, that of the first camera."""
    return np.tile(time_s[0], (len(time_s), 1))


def side_by_side(truth: Path) -> Iterator[tuple[str, Errors]]:
    yield "shutters together", live_errors(truth / TOGETHER, own, regroup=False)
    yield "each view at its own time", live_errors(truth / APART, own, regroup=False)
    yield "interpolated to one time", live_errors(truth / APART, own, regroup=True)
    yield "clocks ignored", live_errors(truth / APART, ignored, regroup=False)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path, help="folder of the truth sets")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, Errors] = {}
    for way, errors in side_by_side(options.truth):
        found[way] = errors
        points = f"points {errors.points_median_mm:5.1f} mm (90 %: {errors.points_p90_mm:5.1f})"
        print(f"{way:26} {points}, angles {errors.angles_rms_deg:.2f} deg", flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps({way: vars(errors) for way, errors in found.items()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
