"""Where every segment and body point is, and how it moves with each degree of freedom and each length.

World: metres, Z up.  A rotation degree of freedom j turns everything behind it about the unit axis `axes[j]` through
`pivots[j]`, so dp/dq_j = axes[j] x (p - pivots[j]).  A knee that bends also slides: its flexion moves what is behind it
by a row of its own behind the pivots.
"""

import math

import numpy as np

from geometry._jit import inner_kernel, kernel
from reconstruct.kernels.skeleton import (
    FEMUR_L,
    FEMUR_R,
    FIRST_OFFSET,
    HIP_HALF_WIDTH,
    KNEE,
    LEG_L,
    LEG_R,
    LUMBAR,
    N_DOF,
    N_PIVOTS,
    POINT_ANCHOR,
    POINT_CARRIER,
    POINT_DOF_COUNT,
    POINT_DOFS,
    POINT_LENGTH_COUNT,
    POINT_LENGTHS,
    POINT_SIDE,
    SHANK_L,
    SHANK_R,
    SLIDE_L,
    SLIDE_R,
    SUBTALAR_AXIS,
    SUBTALAR_OFFSET,
    TALOCRURAL_AXIS,
    THIGH_L,
    THIGH_R,
    TRUNK,
)

MAX_POINT_DOFS = POINT_DOFS.shape[1]
MAX_POINT_GEOMETRY = POINT_LENGTHS.shape[1] + 3


@kernel
def turn(R, x, y, z, angle, axis_world):
    """R <- R Rot((x, y, z), angle) in place; `axis_world` receives the axis in the world."""
    for i in range(3):
        axis_world[i] = R[i, 0] * x + R[i, 1] * y + R[i, 2] * z
    s, c = math.sin(angle), math.cos(angle)
    v = 1.0 - c
    m00, m01, m02 = c + x * x * v, x * y * v - z * s, x * z * v + y * s
    m10, m11, m12 = y * x * v + z * s, c + y * y * v, y * z * v - x * s
    m20, m21, m22 = z * x * v - y * s, z * y * v + x * s, c + z * z * v
    for i in range(3):
        a, b, d = R[i, 0], R[i, 1], R[i, 2]
        R[i, 0] = a * m00 + b * m10 + d * m20
        R[i, 1] = a * m01 + b * m11 + d * m21
        R[i, 2] = a * m02 + b * m12 + d * m22


@kernel
def knee_coupling(flexion, coupling):
    """Passive knee: adduction, rotation and shortening that go with a flexion; the last two as `course` of a plateau.

    `coupling` holds adduction per flexion, the plateaus of internal rotation (rad) and shortening (m), and their
    e-folding flexion (rad): the screw-home rotation rises quickly over the first 30 deg and then levels off.  Below
    full extension both stay on their tangent.  Returns adduction, its slope, the course (0 to 1) and its slope.
    """
    adduction, fold = coupling[0] * flexion, coupling[3]
    if flexion > 0.0:
        decay = math.exp(-flexion / fold)
        return adduction, coupling[0], 1.0 - decay, decay / fold
    return adduction, coupling[0], flexion / fold, 1.0 / fold


@kernel
def _leg(q, first, side, hip_half_width, thigh, shank, coupling, segment, ankle, R, origins, axes, pivots):
    """Femur, tibia and foot of one leg from row `segment` on; `side` is +1 right, -1 left."""
    for i in range(3):
        origins[segment, i] = origins[0, i] + side * hip_half_width * R[0, i, 2]
    R[segment] = R[0]
    turn(R[segment], 0.0, 0.0, 1.0, q[first], axes[first])
    turn(R[segment], side, 0.0, 0.0, q[first + 1], axes[first + 1])
    turn(R[segment], 0.0, side, 0.0, q[first + 2], axes[first + 2])
    for i in range(3):
        origins[segment + 1, i] = origins[segment, i] - thigh * R[segment, i, 1]
    adduction, adduction_slope, course, course_slope = knee_coupling(q[first + KNEE], coupling)
    rotation, rotation_slope = coupling[1] * course, coupling[1] * course_slope
    shank -= coupling[2] * course
    slide = SLIDE_R if side > 0.0 else SLIDE_L
    R[segment + 1] = R[segment]
    turn(R[segment + 1], 0.0, 0.0, -1.0, q[first + 3], axes[first + 3])
    turn(R[segment + 1], side, 0.0, 0.0, q[first + 4] + adduction, axes[first + 4])
    turn(R[segment + 1], 0.0, side, 0.0, q[first + 5] + rotation, axes[first + 5])
    for i in range(3):
        axes[first + 3, i] += adduction_slope * axes[first + 4, i] + rotation_slope * axes[first + 5, i]
        origins[ankle, i] = origins[segment + 1, i] - shank * R[segment + 1, i, 1]
        pivots[slide, i] = coupling[2] * course_slope * R[segment + 1, i, 1]
    R[segment + 2] = R[segment + 1]
    tc, st = TALOCRURAL_AXIS, SUBTALAR_AXIS
    turn(R[segment + 2], side * tc[0], side * tc[1], tc[2], q[first + 6], axes[first + 6])
    for i in range(3):
        pivots[first + 7, i] = origins[ankle, i]
        for j in range(3):
            pivots[first + 7, i] += R[segment + 2, i, j] * (side if j == 2 else 1.0) * SUBTALAR_OFFSET[j]
    turn(R[segment + 2], side * st[0], side * st[1], st[2], q[first + 7], axes[first + 7])
    turn(R[segment + 2], 0.0, side, 0.0, q[first + 8], axes[first + 8])
    for i in range(3):
        pivots[first + 8, i] = origins[segment + 2, i] = pivots[first + 7, i]
        for j in range(3):
            origins[segment + 2, i] -= R[segment + 2, i, j] * (side if j == 2 else 1.0) * SUBTALAR_OFFSET[j]
    for j in range(6):
        pivots[first + j] = origins[segment + j // 3]
    pivots[first + 6] = origins[ankle]


@kernel
def segment_frames(q, geometry, coupling, R, origins, axes, pivots):
    """Pose of all eight segments.

    Parameters
    ----------
    q : (27,) degrees of freedom, metres and radians
    geometry : (G,) lengths and offsets, metres
    coupling : (4,) see `knee_coupling`
    R : (8, 3, 3) out, segment axes in the world, columns x y z
    origins : (10, 3) out, the points listed in `skeleton.ORIGINS`, metres
    axes : (27, 3) out, rotation axes
    pivots : (29, 3) out, points on the axes, then the slides of the knees
    """
    # World axes from the Y-up ground in which the pelvis angles are defined: (X, Y, Z)_world = (z, x, y)_ground.
    R[0, :, :] = 0.0
    R[0, 0, 2] = R[0, 1, 0] = R[0, 2, 1] = 1.0
    turn(R[0], 0.0, 1.0, 0.0, q[3], axes[3])
    turn(R[0], 1.0, 0.0, 0.0, q[4], axes[4])
    turn(R[0], 0.0, 0.0, 1.0, q[5], axes[5])
    for i in range(3):
        origins[0, i] = q[i]
        origins[1, i] = q[i] + R[0, i, 0] * geometry[LUMBAR] + R[0, i, 1] * geometry[LUMBAR + 1]
        for j in range(3):
            axes[j, i] = 1.0 if i == j else 0.0
    for j in range(6):
        pivots[j] = origins[0]
    R[1] = R[0]
    turn(R[1], 0.0, 0.0, 1.0, q[TRUNK], axes[TRUNK])
    turn(R[1], 1.0, 0.0, 0.0, q[TRUNK + 1], axes[TRUNK + 1])
    turn(R[1], 0.0, 1.0, 0.0, q[TRUNK + 2], axes[TRUNK + 2])
    for j in range(3):
        pivots[TRUNK + j] = origins[1]
    w = geometry[HIP_HALF_WIDTH]
    _leg(q, LEG_R, 1.0, w, geometry[THIGH_R], geometry[SHANK_R], coupling, 2, 8, R, origins, axes, pivots)
    _leg(q, LEG_L, -1.0, w, geometry[THIGH_L], geometry[SHANK_L], coupling, 5, 9, R, origins, axes, pivots)


@inner_kernel
def body_point(k, geometry, R, origins, point):
    """World position of body point k from the segment frames."""
    carrier, anchor, first = POINT_CARRIER[k], POINT_ANCHOR[k], FIRST_OFFSET + 3 * k
    for i in range(3):
        point[i] = origins[anchor, i]
        for j in range(3):
            point[i] += R[carrier, i, j] * geometry[first + j]


@kernel
def point_jacobian(k, point, axes, pivots, jacobian):
    """d point / d q for the degrees of freedom POINT_DOFS[k]; fills rows of `jacobian` (15, 3)."""
    for n in range(POINT_DOF_COUNT[k]):
        j = POINT_DOFS[k, n]
        ax, ay, az = axes[j, 0], axes[j, 1], axes[j, 2]
        if j < 3:
            jacobian[n, 0], jacobian[n, 1], jacobian[n, 2] = ax, ay, az
            continue
        dx, dy, dz = point[0] - pivots[j, 0], point[1] - pivots[j, 1], point[2] - pivots[j, 2]
        jacobian[n, 0] = ay * dz - az * dy
        jacobian[n, 1] = az * dx - ax * dz
        jacobian[n, 2] = ax * dy - ay * dx
        if j == LEG_R + KNEE or j == LEG_L + KNEE:
            slide = SLIDE_R if j < LEG_L else SLIDE_L
            for i in range(3):
                jacobian[n, i] += pivots[slide, i]


@inner_kernel
def length_direction(column, side, R, i):
    """Component i of how far things behind it move per metre of the scalar geometry entry `column`."""
    if column == HIP_HALF_WIDTH:
        return side * R[0, i, 2]
    if column in (THIGH_R, THIGH_L):
        return -R[FEMUR_R if column == THIGH_R else FEMUR_L, i, 1]
    if column in (SHANK_R, SHANK_L):
        return -R[FEMUR_R + 1 if column == SHANK_R else FEMUR_L + 1, i, 1]
    return R[0, i, column - LUMBAR]


@kernel
def point_geometry_jacobian(k, R, jacobian, columns):
    """d point / d geometry: fills rows of `jacobian` (6, 3) and their geometry `columns` (6,); returns how many."""
    n = POINT_LENGTH_COUNT[k]
    for m in range(n):
        columns[m] = POINT_LENGTHS[k, m]
        for i in range(3):
            jacobian[m, i] = length_direction(columns[m], POINT_SIDE[k], R, i)
    for j in range(3):
        columns[n + j] = FIRST_OFFSET + 3 * k + j
        for i in range(3):
            jacobian[n + j, i] = R[POINT_CARRIER[k], i, j]
    return n + 3


@kernel
def body_points(q, geometry, coupling):
    """All body points (P, 3), metres, of one pose."""
    R, origins = np.empty((8, 3, 3)), np.empty((10, 3))
    axes, pivots = np.empty((N_DOF, 3)), np.empty((N_PIVOTS, 3))
    segment_frames(q, geometry, coupling, R, origins, axes, pivots)
    points = np.empty((len(POINT_CARRIER), 3))
    for k in range(len(POINT_CARRIER)):
        body_point(k, geometry, R, origins, points[k])
    return points
