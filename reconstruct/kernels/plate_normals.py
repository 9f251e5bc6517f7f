"""What tag plates add to the normal equations of a trial, once `plates.sum_plates` has summed their corners.

That the gain's share of the artefact moves with the knee's flexion itself is left out of the derivatives: it is a
millimetre where the segment moves by a decimetre.
"""

import numpy as np

from geometry._jit import inner_kernel, parallel_kernel, prange
from reconstruct.kernels.frame_parts import PARTS
from reconstruct.kernels.kinematics import length_direction, segment_frames
from reconstruct.kernels.plates import MOUNT_ENTRIES, knee_flexion, plate_pose
from reconstruct.kernels.rotations import left_jacobian
from reconstruct.kernels.skeleton import (
    FEMUR_L,
    FEMUR_R,
    KNEE,
    LEG_L,
    LEG_R,
    N_DOF,
    N_PIVOTS,
    SEGMENT_DOF_COUNT,
    SEGMENT_DOFS,
    SEGMENT_LENGTH_COUNT,
    SEGMENT_LENGTHS,
    SEGMENT_SIDE,
    SLIDE_L,
    SLIDE_R,
)


@inner_kernel
def plate_twists(segment, mount, first, flexion, turned, centre, R, axes, pivots, Tx, Tg, columns):
    """How the plate moves (6,) per degree of freedom, rows of Tx, and per global, rows of Tg with their `columns`."""
    for n in range(SEGMENT_DOF_COUNT[segment]):
        j = SEGMENT_DOFS[segment, n]
        ax, ay, az = axes[j, 0], axes[j, 1], axes[j, 2]
        if j < 3:
            Tx[n, 0], Tx[n, 1], Tx[n, 2], Tx[n, 3], Tx[n, 4], Tx[n, 5] = ax, ay, az, 0.0, 0.0, 0.0
            continue
        dx, dy, dz = centre[0] - pivots[j, 0], centre[1] - pivots[j, 1], centre[2] - pivots[j, 2]
        Tx[n, 0], Tx[n, 1], Tx[n, 2] = ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx
        Tx[n, 3], Tx[n, 4], Tx[n, 5] = ax, ay, az
        # A plate on the shank is placed from the knee; only what is placed from the ankle slides with it.
        if (segment == FEMUR_R + 2 and j == LEG_R + KNEE) or (segment == FEMUR_L + 2 and j == LEG_L + KNEE):
            slide = SLIDE_R if segment < FEMUR_L else SLIDE_L
            for i in range(3):
                Tx[n, i] += pivots[slide, i]
    count = SEGMENT_LENGTH_COUNT[segment]
    for n in range(count):
        columns[n] = SEGMENT_LENGTHS[segment, n]
        for i in range(3):
            Tg[n, i], Tg[n, 3 + i] = length_direction(columns[n], SEGMENT_SIDE[segment], R, i), 0.0
    J = np.empty((3, 3))
    left_jacobian(mount[3:6], J)
    world = np.dot(R[segment], np.dot(turned, J))
    for n in range(MOUNT_ENTRIES):
        columns[count + n] = first + n
        for i in range(3):
            v = w = 0.0
            if n < 3:
                v = R[segment, i, n]
            elif n < 6:
                w = world[i, n - 3]
            elif n < 9:
                v = R[segment, i, n - 6] * flexion
            else:
                w = R[segment, i, 1] * flexion
            Tg[count + n, i], Tg[count + n, 3 + i] = v, w
    return count + MOUNT_ENTRIES


@inner_kernel
def _accumulate(segment, dt, M, f, Tx, Tg, count, columns, A, B, gx, C, g):
    n = SEGMENT_DOF_COUNT[segment]
    dofs = SEGMENT_DOFS[segment]
    for a in range(n):
        row = dofs[a]
        MT = np.dot(M, Tx[a])
        force = np.dot(f, Tx[a])
        gx[row] += force
        gx[N_DOF + row] += dt * force
        for b in range(n):
            h = np.dot(MT, Tx[b])
            A[row, dofs[b]] += h
            A[row, N_DOF + dofs[b]] += dt * h
            A[N_DOF + row, dofs[b]] += dt * h
            A[N_DOF + row, N_DOF + dofs[b]] += dt * dt * h
        for b in range(count):
            h = np.dot(MT, Tg[b])
            B[row, columns[b]] += h
            B[N_DOF + row, columns[b]] += dt * h
    for a in range(count):
        MT = np.dot(M, Tg[a])
        g[columns[a]] += np.dot(f, Tg[a])
        for b in range(count):
            C[columns[a], columns[b]] += np.dot(MT, Tg[b])


@inner_kernel
def _add_frames(start, stop, x, offset_s, geometry, coupling, mounts, first_mount, R0, segment, M, f, A, B, gx, C, g):
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    axes, pivots = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3))
    centre, plate, turned = np.empty(3), np.empty((3, 3)), np.empty((3, 3))
    Tx, Tg = np.empty((SEGMENT_DOFS.shape[1], 6)), np.empty((SEGMENT_LENGTHS.shape[1] + MOUNT_ENTRIES, 6))
    columns = np.empty(len(Tg), np.int64)
    for t in range(start, stop):
        for c in range(len(M)):
            for i in range(len(segment)):
                if M[c, t, i, 0, 0] == 0.0:
                    continue
                q = x[t, :N_DOF] + offset_s[c, t] * x[t, N_DOF:]
                segment_frames(q, geometry, coupling, R, origins, axes, pivots)
                flexion = knee_flexion(segment[i], q)
                plate_pose(segment[i], mounts[i], R0[i], flexion, R, origins, centre, plate, turned)
                count = plate_twists(
                    segment[i], mounts[i], first_mount + MOUNT_ENTRIES * i, flexion, turned, centre, R, axes, pivots,
                    Tx, Tg, columns,
                )  # fmt: skip
                _accumulate(
                    segment[i], offset_s[c, t], M[c, t, i], f[c, t, i], Tx, Tg, count, columns,
                    A[t], B[t], gx[t], C, g,
                )  # fmt: skip


@parallel_kernel
def add_plates(x, offset_s, geometry, coupling, mounts, first_mount, R0, segment, M, f, A, B, gx, C, g):
    """Add what `sum_plates` left in M and f to the normal equations of a trial.

    Arguments as there; `first_mount` is the index of the first mounting entry among the globals; A (F, 54, 54),
    B (F, 54, G), gx (F, 54), C (G, G), g (G,) are added to.
    """
    frames, size = len(x), len(g)
    C_of, g_of = np.zeros((PARTS, size, size)), np.zeros((PARTS, size))
    for part in prange(PARTS):
        _add_frames(
            part * frames // PARTS, (part + 1) * frames // PARTS, x, offset_s, geometry, coupling, mounts, first_mount,
            R0, segment, M, f, A, B, gx, C_of[part], g_of[part],
        )  # fmt: skip
    for part in range(PARTS):
        C += C_of[part]
        g += g_of[part]
