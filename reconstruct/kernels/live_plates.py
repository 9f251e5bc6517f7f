"""Tag plates in the live filter: what all cameras see of them at one instant, as one update of pose and globals.

As in the smoother (`plates`), a plate's corners are summed into a 6x6 information M on its motion, from which the
sliding of the skin is eliminated.  With M = U U^T that is a measurement of six numbers of unit noise, U^T T, T being
how the plate moves with the state.
"""

import math
from typing import NamedTuple

import numpy as np

from geometry._jit import inner_kernel, kernel
from reconstruct.kernels.kinematics import segment_frames
from reconstruct.kernels.linear import cholesky
from reconstruct.kernels.plate_normals import plate_twists
from reconstruct.kernels.plates import (
    ARTEFACT,
    MOUNT_ENTRIES,
    integrate_artefact,
    knee_flexion,
    plate_pose,
    sum_corners,
)
from reconstruct.kernels.skeleton import (
    N_DOF,
    N_GEOMETRY,
    N_PIVOTS,
    SEGMENT_DOF_COUNT,
    SEGMENT_DOFS,
    SEGMENT_LENGTHS,
)

N_X = 2 * N_DOF
ROWS = 6
_ENTRIES = 2 * SEGMENT_DOFS.shape[1] + SEGMENT_LENGTHS.shape[1] + MOUNT_ENTRIES
_NEARLY_LINEAR = 0.02
"""rad and m: a pose that moved less than this needs no second linearisation"""
_STRAY = 60.0
"""Squared distance, in standard deviations of all six numbers together, that no plate in its place reaches."""
_SAYS_NOTHING = 1e12


class PlateWork(NamedTuple):
    """Scratch memory for T plates in a filter of N states, made once by `plate_work`."""

    R: np.ndarray
    origins: np.ndarray
    axes: np.ndarray
    pivots: np.ndarray
    centre: np.ndarray
    plate: np.ndarray
    turned: np.ndarray
    J_camera: np.ndarray
    M: np.ndarray
    f: np.ndarray
    U: np.ndarray
    slide: np.ndarray
    """(6, 4) how the skin's sliding moves the plate"""
    slide_L: np.ndarray
    slide_u: np.ndarray
    slide_x: np.ndarray
    Tx: np.ndarray
    Tg: np.ndarray
    globals: np.ndarray
    H: np.ndarray
    """(6T, entries) the derivatives that are not zero"""
    columns: np.ndarray
    """(T, entries) states that they belong to"""
    count: np.ndarray
    """(T,) how many there are; plates that are seen come first"""
    y: np.ndarray
    """(6T,)"""
    noise: np.ndarray
    HP: np.ndarray
    """(6T, N)"""
    S: np.ndarray
    L: np.ndarray
    W: np.ndarray
    WW: np.ndarray
    z: np.ndarray


def plate_work(plates: int, states: int) -> PlateWork:
    """Scratch memory for so many plates in a filter of so many states."""
    rows = ROWS * plates
    return PlateWork(
        R=np.zeros((8, 3, 3)), origins=np.zeros((10, 3)), axes=np.zeros((N_DOF, 3)), pivots=np.zeros((N_PIVOTS, 3)),
        centre=np.zeros(3), plate=np.zeros((3, 3)), turned=np.zeros((3, 3)), J_camera=np.zeros((2, 3)),
        M=np.zeros((6, 6)), f=np.zeros(6), U=np.zeros((6, 6)), slide=np.zeros((6, ARTEFACT)),
        slide_L=np.zeros((ARTEFACT, ARTEFACT)), slide_u=np.zeros(ARTEFACT), slide_x=np.zeros(ARTEFACT),
        Tx=np.zeros((SEGMENT_DOFS.shape[1], 6)), Tg=np.zeros((SEGMENT_LENGTHS.shape[1] + MOUNT_ENTRIES, 6)),
        globals=np.zeros(SEGMENT_LENGTHS.shape[1] + MOUNT_ENTRIES, dtype=np.int64),
        H=np.zeros((rows, _ENTRIES)), columns=np.zeros((plates, _ENTRIES), dtype=np.int64),
        count=np.zeros(plates, dtype=np.int64), y=np.zeros(rows), noise=np.zeros(rows), HP=np.zeros((rows, states)),
        S=np.zeros((rows, rows)), L=np.zeros((rows, rows)), W=np.zeros((rows, states)), WW=np.zeros((states, states)),
        z=np.zeros(states),
    )  # fmt: skip


@inner_kernel
def _sum_views(i, z, dt, cameras, coupling, plates, corners, weight, precision, mount, w):
    """Information and pull on plate i of all cameras, the skin's sliding eliminated, into w.M and w.f.

    Returns the mean of the times from the state to the exposures, NaN where no camera sees the plate.  `w` is left with
    the body and the plate at that time.
    """
    w.M[:] = 0.0
    w.f[:] = 0.0
    total, views = 0.0, 0
    for c in range(len(dt)):
        if math.isnan(corners[c, i, 0, 0]):
            continue
        _place(i, z, dt[c], coupling, plates, mount, w)
        sum_corners(
            cameras, c, corners[c, i], plates.half_m[i], w.centre, w.plate, weight, w.M, w.f, w.J_camera
        )  # fmt: skip
        total += dt[c]
        views += 1
    if views == 0:
        return math.nan
    _place(i, z, total / views, coupling, plates, mount, w)
    integrate_artefact(
        plates.segment[i], w.R, precision[i], w.M, w.f, w.slide, w.slide_L, w.slide_u, w.slide_x
    )  # fmt: skip
    return total / views


@inner_kernel
def _place(i, z, dt, coupling, plates, mount, w):
    """Body and plate i at a time `dt` after the state; returns the flexion that moves the plate's skin."""
    q = z[:N_DOF] + dt * z[N_DOF:N_X]
    segment_frames(q, z[N_X : N_X + N_GEOMETRY], coupling, w.R, w.origins, w.axes, w.pivots)
    flexion = knee_flexion(plates.segment[i], q)
    plate_pose(plates.segment[i], mount, plates.R0[i], flexion, w.R, w.origins, w.centre, w.plate, w.turned)
    return flexion


@inner_kernel
def _linearise(n, i, dt, flexion, plates, mount, first_mount, w):
    """The n-th seen plate, i, as six rows of unit noise; False where its corners say too little."""
    if not cholesky(w.M, w.U):
        return False
    segment = plates.segment[i]
    count = plate_twists(
        segment, mount, first_mount - N_X + MOUNT_ENTRIES * i, flexion, w.turned, w.centre, w.R, w.axes, w.pivots,
        w.Tx, w.Tg, w.globals,
    )  # fmt: skip
    dofs = SEGMENT_DOF_COUNT[segment]
    for a in range(ROWS):
        row = ROWS * n + a
        y = w.f[a]
        for b in range(a):
            y -= w.U[a, b] * w.y[ROWS * n + b]
        w.y[row], w.noise[row] = y / w.U[a, a], 1.0
        for m in range(dofs):
            h = 0.0
            for b in range(a, 6):
                h += w.U[b, a] * w.Tx[m, b]
            w.H[row, m], w.H[row, dofs + m] = h, dt * h
        for m in range(count):
            h = 0.0
            for b in range(a, 6):
                h += w.U[b, a] * w.Tg[m, b]
            w.H[row, 2 * dofs + m] = h
    for m in range(dofs):
        w.columns[n, m], w.columns[n, dofs + m] = SEGMENT_DOFS[segment, m], N_DOF + SEGMENT_DOFS[segment, m]
    for m in range(count):
        w.columns[n, 2 * dofs + m] = N_X + w.globals[m]
    w.count[n] = 2 * dofs + count
    return True


@inner_kernel
def _project_covariance(z, P, seen, w):
    """HP and S = H P H^T of the seen plates, and residuals as linear functions of the state `z` before the update."""
    for n in range(seen):
        for row in range(ROWS * n, ROWS * n + ROWS):
            w.HP[row] = 0.0
            for m in range(w.count[n]):
                h, column = w.H[row, m], w.columns[n, m]
                w.y[row] += h * (w.z[column] - z[column])
                for k in range(len(z)):
                    w.HP[row, k] += h * P[column, k]
    for i in range(ROWS * seen):
        for n in range(seen):
            for j in range(ROWS * n, ROWS * n + ROWS):
                s = 0.0
                for m in range(w.count[n]):
                    s += w.HP[i, w.columns[n, m]] * w.H[j, m]
                w.S[i, j] = s


@inner_kernel
def _doubt(seen, nu, w):
    """Inflate the noise of plates that lie far from where they are expected (Student-t).

    Corners are far more precise than what is known of the body, so that no such doubt holds against a mistaken number:
    beyond `_STRAY` a plate says nothing.
    """
    for n in range(seen):
        rows = slice(ROWS * n, ROWS * n + ROWS)
        w.M[:] = w.S[rows, rows]
        for a in range(ROWS):
            w.M[a, a] += 1.0
        if not cholesky(w.M, w.U):
            continue
        d2 = 0.0
        for a in range(ROWS):
            y = w.y[ROWS * n + a]
            for b in range(a):
                y -= w.U[a, b] * w.f[b]
            w.f[a] = y / w.U[a, a]
            d2 += w.f[a] * w.f[a]
        w.noise[rows] = _SAYS_NOTHING if d2 > _STRAY else max((nu + d2) / (nu + ROWS), 1.0)


@inner_kernel
def _solve(z, rows, w):
    """The state after the update into w.z, and W = L^-1 HP; returns how far the pose moved this time, or NaN."""
    S, L = w.S[:rows, :rows], w.L[:rows, :rows]
    for i in range(rows):
        S[i, i] += w.noise[i]
    if not cholesky(S, L):
        return math.nan
    before = w.z[:N_DOF].copy()
    w.z[:] = z
    for i in range(rows):
        y = w.y[i]
        w.W[i] = w.HP[i]
        for m in range(i):
            y -= L[i, m] * w.y[m]
            for k in range(len(z)):
                w.W[i, k] -= L[i, m] * w.W[m, k]
        w.y[i] = y / L[i, i]
        for k in range(len(z)):
            w.W[i, k] /= L[i, i]
            w.z[k] += w.y[i] * w.W[i, k]
    return np.abs(w.z[:N_DOF] - before).max()


class Plates(NamedTuple):
    """T plates: `segment` (T,) rows of SEGMENTS, `half_m` (T,) half their edges, `R0` (T, 3, 3), see `plates`."""

    segment: np.ndarray
    half_m: np.ndarray
    R0: np.ndarray


@kernel
def update_plates(z, P, dt, cameras, coupling, plates, corners, weight, precision, nu, iterations, first_mount, w):
    """Take in what the cameras saw of plates at one instant; changes z (N,) and P (N, N) in place.

    Parameters
    ----------
    dt : (C,) from the state to each camera's exposure, seconds
    plates : `Plates`, in the order of their mountings
    corners : (C, T, 4, 2) px, NaN where unseen; weight : 1 / px^2 of one corner
    precision : (T, 4) inverse variances of the skin's sliding, m and rad
    nu : degrees of freedom of the Student-t by which a plate's six numbers err
    first_mount : index in z of the first mounting

    Returns
    -------
    seen : number of plates used
    """
    w.z[:] = z
    seen = 0
    for _ in range(iterations):
        seen = 0
        for i in range(len(plates.segment)):
            mount = w.z[first_mount + MOUNT_ENTRIES * i : first_mount + MOUNT_ENTRIES * (i + 1)]
            mean_dt = _sum_views(i, w.z, dt, cameras, coupling, plates, corners, weight, precision, mount, w)
            if math.isnan(mean_dt):
                continue
            flexion = _place(i, w.z, mean_dt, coupling, plates, mount, w)
            if _linearise(seen, i, mean_dt, flexion, plates, mount, first_mount, w):
                seen += 1
        if seen == 0:
            return 0
        _project_covariance(z, P, seen, w)
        _doubt(seen, nu, w)
        moved = _solve(z, ROWS * seen, w)
        if math.isnan(moved):
            return 0
        if moved < _NEARLY_LINEAR:
            break
    z[:] = w.z
    W = w.W[: ROWS * seen]
    np.dot(W.T, W, w.WW)
    P -= w.WW
    return seen
