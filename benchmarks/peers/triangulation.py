"""Triangulation side by side with other software: the same points in, how fast and how far apart they come out.

    .venv/bin/python benchmarks/peers/triangulation.py [FOLDER FOR THE ENVIRONMENT]

Makes an environment with the peers from PyPI (kept for the next time).  Everybody gets the pixels of the same 26-joint
frames, exact or with noise of 2 px, in 4 cameras of mild distortion.  The peers run without their outlier rejection,
which would only slow them down.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.environment import environment
from geometry.camera_model import project
from geometry.rig import Rig
from reconstruct.triangulation import triangulate_arrays
from tests.unit.reconstruct.conftest import look_at

Array = NDArray[np.float64]

JOINTS, FRAMES = 26, 400
NOISE_PX = 2.0

PEERS = """
import json, sys
from time import perf_counter
import cv2, numpy as np
from aniposelib.cameras import Camera, CameraGroup
from Pose2Sim.common import weighted_triangulation

data = np.load(sys.argv[1])
uv, K, dist, R, t = (data[name] for name in ("uv", "K", "dist", "R", "t"))
cameras, points = uv.shape[:2]
P = np.stack([k @ np.hstack([r, x[:, None]]) for k, r, x in zip(K, R, t)])
flat = np.stack([cv2.undistortPoints(u, k, d, P=k)[:, 0] for u, k, d in zip(uv, K, dist)])
group = CameraGroup([
    Camera(matrix=k, dist=d, rvec=cv2.Rodrigues(r)[0].ravel(), tvec=x) for k, d, r, x in zip(K, dist, R, t)
])

def two_views():
    a, b = (cv2.undistortPoints(uv[c], K[c], dist[c], P=K[c])[:, 0].T for c in (0, 1))
    h = cv2.triangulatePoints(P[0], P[1], a, b)
    return (h[:3] / h[3]).T

def anipose():
    return group.triangulate(uv, undistort=True, progress=False)

def pose2sim():
    some = flat[:, :2000]
    found = [weighted_triangulation(list(P), list(some[:, i, 0]), list(some[:, i, 1]), [1.0] * cameras)[:3]
             for i in range(some.shape[1])]
    return np.array(found)

out = {}
for name, run in (("cv2.triangulatePoints, 2 views", two_views), ("aniposelib", anipose), ("Pose2Sim", pose2sim)):
    run()
    times = []
    for _ in range(3):
        start = perf_counter()
        xyz = run()
        times.append(perf_counter() - start)
    out[name] = {"us_per_point": 1e6 * min(times) / len(xyz), "xyz": xyz.tolist()}
print(json.dumps(out))
"""


def ring(cameras: int) -> Rig:
    angles = 2.0 * np.pi * np.arange(cameras) / cameras
    positions = np.column_stack([4.0 * np.cos(angles), 4.0 * np.sin(angles), np.full(cameras, 1.5)])
    return Rig(tuple(look_at(f"cam{i}", p, np.array([0.0, 0.0, 1.0])) for i, p in enumerate(positions)))


def ours(rig: Rig, uv: Array) -> tuple[float, Array]:
    """Microseconds per point, covariances included, and the points."""
    variance = np.full(uv.shape[:2], NOISE_PX**2)
    triangulate_arrays(rig, uv, variance)
    times: list[float] = []
    xyz = np.empty((0, 3))
    for _ in range(5):
        start = perf_counter()
        xyz = triangulate_arrays(rig, uv, variance).xyz
        times.append(perf_counter() - start)
    return 1e6 * min(times) / uv.shape[1], xyz


def peers(python: Path, rig: Rig, uv: Array) -> dict[str, dict[str, object]]:
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "points.npz"
        np.savez(
            data,
            uv=uv,
            K=np.stack([c.matrix for c in rig.cameras]),
            dist=np.stack([c.distortion for c in rig.cameras]),
            R=np.stack([c.T_camera_world[:3, :3] for c in rig.cameras]),
            t=np.stack([c.T_camera_world[:3, 3] for c in rig.cameras]),
        )
        run = subprocess.run([python, "-c", PEERS, data], capture_output=True, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def main() -> None:
    python, rig, rng = environment("triangulation", sys.argv[1:]), ring(4), np.random.default_rng(1)
    truth = rng.uniform([-0.6, -0.6, 0.0], [0.6, 0.6, 1.9], (JOINTS * FRAMES, 3))
    exact = np.stack([project(rig.arrays, c, truth) for c in range(4)])
    for label, uv in (("exact pixels", exact), (f"{NOISE_PX:g} px", exact + rng.normal(0.0, NOISE_PX, exact.shape))):
        own_us, own = ours(rig, uv)
        print(f"{label}: {'':24} us/point   ratio   median distance to truth, to ours, mm")
        print(f"    {'valgus, with covariance':34} {own_us:8.2f} {1.0:8.0f} {_apart(own, truth):10.4f}")
        for name, found in peers(python, rig, uv).items():
            xyz = np.array(found["xyz"])
            us = float(str(found["us_per_point"]))
            print(f"    {name:34} {us:8.2f} {us / own_us:8.0f} {_apart(xyz, truth):10.4f} {_apart(xyz, own):10.4f}")


def _apart(xyz: Array, other: Array) -> float:
    return 1e3 * float(np.median(np.linalg.norm(xyz - other[: len(xyz)], axis=1)))


if __name__ == "__main__":
    main()
