"""Does OpenSim itself read the TRC and MOT files that we write?

    .venv/bin/python benchmarks/peers/opensim_reads_our_files.py [FOLDER FOR THE ENVIRONMENT]

Makes an environment with OpenSim from PyPI (about 500 MB, kept for the next time), writes a trial with missing points
and missing angles, and compares what OpenSim's three readers see with what was written.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.peers.environment import environment
from capture.keypoint_sets import keypoint_set
from reconstruct.angle_names import ANGLE_NAMES
from reconstruct.types import AngleTrial
from stream.files.marker_trial import marker_trial
from stream.files.mot import write_mot
from stream.files.trc import write_trc

FRAMES, POINT_MISSING_IN, LAST_POINT_MISSING_IN, ANGLE_MISSING_IN = 50, 3, 5, 7

READER = """
import json, sys
import opensim
trc, mot = sys.argv[1:]
points = opensim.TimeSeriesTableVec3(trc)
markers = opensim.MarkerData(trc)
angles = opensim.TimeSeriesTable(mot)
storage = opensim.Storage(mot)
first = points.getDependentColumn(points.getColumnLabels()[0])
print(json.dumps({
    "version": opensim.GetVersion(),
    "point_rows": points.getNumRows(), "points": len(points.getColumnLabels()),
    "point_times": list(points.getIndependentColumn()),
    "first_point": [[float(first[i][j]) for j in range(3)] for i in range(points.getNumRows())],
    "units": markers.getUnits().getLabel(), "markers": markers.getNumMarkers(), "marker_frames": markers.getNumFrames(),
    "angle_rows": angles.getNumRows(), "storage_rows": storage.getSize(),
    "angle_times": list(angles.getIndependentColumn()),
    "knee": [float(x) for x in angles.getDependentColumn("knee_angle_r").to_numpy()],
    "degrees": angles.getTableMetaDataString("inDegrees"), "columns": list(angles.getColumnLabels()),
}))
"""


def trial() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, points (F, K, 3) and angles (F, A) with what a real trial may lack."""
    random = np.random.default_rng(1)
    time_s = np.cumsum(np.r_[0.0, 1 / 59.94 + 1e-4 * np.sin(np.arange(FRAMES - 1))])
    xyz = random.normal(size=(FRAMES, 26, 3))
    xyz[POINT_MISSING_IN, 0] = xyz[LAST_POINT_MISSING_IN, -1] = np.nan
    values = random.uniform(-1.0, 1.0, size=(FRAMES, len(ANGLE_NAMES)))
    values[ANGLE_MISSING_IN, 0] = np.nan
    values[:, ANGLE_NAMES.index("ankle_inversion_l")] = np.nan
    return time_s, xyz, values


def main() -> None:
    python = environment("opensim", sys.argv[1:])
    time_s, xyz, values = trial()
    with tempfile.TemporaryDirectory() as name:
        trc, mot = Path(name) / "points.trc", Path(name) / "angles.mot"
        write_trc(trc, marker_trial(time_s, keypoint_set("halpe_26").names, xyz))
        unknown = np.full_like(values, np.nan)
        write_mot(mot, AngleTrial(time_s, values, unknown, np.zeros(values.shape, dtype=np.int8)), xyz[:, 8])
        run = subprocess.run([python, "-c", READER, trc, mot], capture_output=True, text=True, check=True)
    seen = json.loads(run.stdout.splitlines()[-1])
    complete = np.arange(FRAMES) != ANGLE_MISSING_IN
    y_up = np.roll(xyz[:, 0], -1, axis=-1)
    np.testing.assert_array_equal(seen["point_times"], time_s)
    np.testing.assert_allclose(np.array(seen["first_point"], dtype=float), y_up, atol=1e-9)
    assert (seen["point_rows"], seen["points"], seen["markers"], seen["marker_frames"]) == (FRAMES, 26, 26, FRAMES)
    assert (seen["units"], seen["degrees"]) == ("meters", "yes")
    assert seen["angle_rows"] == seen["storage_rows"] == complete.sum()
    np.testing.assert_array_equal(seen["angle_times"], time_s[complete])
    knee = np.rad2deg(values[complete, ANGLE_NAMES.index("knee_flexion_r")])
    np.testing.assert_allclose(seen["knee"], knee, atol=1e-9)
    assert {"pelvis_tx", "hip_adduction_l", "knee_adduction_r"} <= set(seen["columns"])
    assert "subtalar_angle_l" not in seen["columns"]
    print(f"OpenSim {seen['version']} reads our TRC and MOT files: times exactly, numbers to 1e-9, gaps as gaps")


if __name__ == "__main__":
    main()
