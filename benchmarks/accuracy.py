"""Angles against known truth, beside Pose2Sim with OpenSim on the same files, and beside a constant.

    .venv/bin/python benchmarks/accuracy.py FOLDER_OF_SETS

Every set is a folder with rig.toml, keypoints.npz, truth.parquet and, where they exist, static/ and functional/.  If
the folder holds pose2sim.json (angle -> rmse, rmse_nobias per set), its figures stand beside ours.  The constant is the
mean truth of the static trial: whatever does not beat its second number has shown no skill on that angle.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

Array = NDArray[np.float64]

ANGLES = ("hip_adduction", "hip_rotation", "knee_flexion", "knee_adduction", "apparent_valgus")


def read(path: Path) -> dict[str, Array]:
    """Columns of a table, numbers only."""
    table = pq.read_table(path)
    columns = {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}
    return {name: values.astype(float) for name, values in columns.items() if values.dtype.kind == "f"}


def processed(folder: Path, out: Path) -> dict[str, Array]:
    """Angles that `valgus process` finds in a set."""
    command = [sys.executable, "-m", "valgus", "process", "--rig", str(folder / "rig.toml"), "--keypoints", str(folder)]
    for trial in ("static", "functional"):
        if (folder / trial).exists():
            command += [f"--{trial}", str(folder / trial)]
    subprocess.run([*command, "--keypoint-set", "halpe_26", "--out", str(out)], check=True, capture_output=True)
    return read(out / "angles.parquet")


def figures(error: Array) -> str:
    """RMSE, and RMSE with each side's mean removed, of errors (2, F) in deg."""
    spread = error - np.nanmean(error, axis=1, keepdims=True)
    return f"{np.sqrt(np.nanmean(error**2)):.1f} / {np.sqrt(np.nanmean(spread**2)):.1f}"


def row(found: dict[str, Array], truth: dict[str, Array], standing: dict[str, Array], name: str) -> list[str]:
    """Ours, the constant, coverage and standard error of one angle, right and left together."""
    sides = [f"{name}_{side}" for side in "rl"]
    expected = np.stack([np.interp(found["time"], truth["time"], truth[side]) for side in sides])
    error = np.stack([found[side] for side in sides]) - expected
    standard_error = np.stack([found[f"{side}_se"] for side in sides])
    constant = np.stack([np.full_like(found["time"], standing[side].mean()) for side in sides]) - expected
    covered = 100.0 * np.nanmean(np.abs(error) < 1.96 * standard_error)
    return [figures(error), figures(constant), f"{np.nanmedian(standard_error):.1f}", f"{covered:.0f} %"]


def main(folder: Path) -> None:
    """Print one table per set."""
    beside = folder / "pose2sim.json"
    others = json.loads(beside.read_text()) if beside.exists() else {}
    for found_in in sorted(path.parent for path in folder.glob("*/keypoints.npz")):
        with tempfile.TemporaryDirectory() as out:
            found = processed(found_in, Path(out) / "trial")
        truth, standing = read(found_in / "truth.parquet"), read(found_in / "static" / "truth.parquet")
        print(f"\n### {found_in.name}\n\nRMSE / with the mean removed, deg\n")
        print(
            "| angle | valgus | Pose2Sim + OpenSim | constant | standard error | covered |\n|---|---|---|---|---|---|"
        )
        for name in ANGLES:
            theirs = others.get(found_in.name, {}).get(name)
            ours, constant, error, covered = row(found, truth, standing, name)
            other = f"{theirs['rmse']:.1f} / {theirs['rmse_nobias']:.1f}" if theirs else "-"
            print(f"| {name.replace('_', ' ')} | {ours} | {other} | {constant} | {error} | {covered} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
