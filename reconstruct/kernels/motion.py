"""How the body is expected to move from frame to frame: one independent second-order process per degree of freedom.

Free degrees of freedom follow integrated white noise (their acceleration is white); bounded ones a Matern-3/2 process
about a mean.  Both are linear: x_{t+1} - m = Phi (x_t - m) + w, w ~ N(0, Q), x = (q, v).
Source: Hartikainen and Sarkka 2010, "Kalman filtering and smoothing solutions to temporal Gaussian process models".
"""

import math

import numpy as np

from geometry._jit import kernel


@kernel
def process_covariance(dt, deviation, rate, acceleration_psd, phi, Q):
    """Transition matrix and process covariance of one degree of freedom over dt seconds.

    Parameters
    ----------
    dt : s
    deviation : standard deviation about the mean; 0 marks a free degree of freedom
    rate : sqrt(3) / correlation length, 1/s (bounded only)
    acceleration_psd : power spectral density of the acceleration (free only)
    phi, Q : (2, 2) out
    """
    if deviation > 0.0:
        decay, s = math.exp(-rate * dt), rate * dt
        phi[0, 0], phi[0, 1] = decay * (1.0 + s), decay * dt
        phi[1, 0], phi[1, 1] = -decay * rate * s, decay * (1.0 - s)
        p0, p1 = deviation * deviation, deviation * deviation * rate * rate
        Q[0, 0] = p0 - phi[0, 0] * phi[0, 0] * p0 - phi[0, 1] * phi[0, 1] * p1
        Q[0, 1] = -phi[0, 0] * phi[1, 0] * p0 - phi[0, 1] * phi[1, 1] * p1
        Q[1, 1] = p1 - phi[1, 0] * phi[1, 0] * p0 - phi[1, 1] * phi[1, 1] * p1
    else:
        phi[0, 0], phi[0, 1], phi[1, 0], phi[1, 1] = 1.0, dt, 0.0, 1.0
        Q[0, 0] = acceleration_psd * dt * dt * dt / 3.0
        Q[0, 1] = acceleration_psd * dt * dt / 2.0
        Q[1, 1] = acceleration_psd * dt
    Q[1, 0] = Q[0, 1]


@kernel
def fill_step(dt, deviation, rate, acceleration_psd, phi, Q):
    """Transition matrix and process covariance (54, 54) of all degrees of freedom, velocities behind the poses."""
    count = len(deviation)
    own_phi, own_Q = np.empty((2, 2)), np.empty((2, 2))
    phi[:] = 0.0
    Q[:] = 0.0
    for j in range(count):
        process_covariance(dt, deviation[j], rate, acceleration_psd[j], own_phi, own_Q)
        for a in range(2):
            for b in range(2):
                phi[j + a * count, j + b * count] = own_phi[a, b]
                Q[j + a * count, j + b * count] = own_Q[a, b]


@kernel
def transition(dt, deviation, rate, acceleration_psd, phi, q_inverse):
    """As `process_covariance`, with the inverse of the process covariance."""
    process_covariance(dt, deviation, rate, acceleration_psd, phi, q_inverse)
    a, b, c = q_inverse[0, 0], q_inverse[0, 1], q_inverse[1, 1]
    det = a * c - b * b
    q_inverse[0, 0], q_inverse[1, 1] = c / det, a / det
    q_inverse[0, 1] = q_inverse[1, 0] = -b / det


@kernel
def transitions(time_s, deviation, rate, acceleration_psd, phi, q_inverse):
    """`transition` of all N degrees of freedom from each of F frames to the next; phi, q_inverse (F - 1, N, 2, 2)."""
    for t in range(len(phi)):
        for j in range(len(deviation)):
            transition(time_s[t + 1] - time_s[t], deviation[j], rate, acceleration_psd[j], phi[t, j], q_inverse[t, j])


@kernel
def add_motion(x, mean, mean_column, phi, q_inverse, A, B, E, gx, C, g):
    """Add the expected motion to the normal equations of a trial; returns its cost.

    Parameters
    ----------
    x : (F, 2N) poses and velocities
    mean : (N,) current means; mean_column : (N,) their index among the globals, -1 where there is none
    phi, q_inverse : (F - 1, N, 2, 2) transitions
    A (F, 2N, 2N), B (F, 2N, G), gx (F, 2N), C (G, G), g (G,) : added to;  E (F - 1, N, 2, 2) : filled
    """
    frames, n = len(x), len(mean)
    cost = 0.0
    for t in range(frames - 1):
        for j in range(n):
            P, W = phi[t, j], q_inverse[t, j]
            a, b = x[t, j] - mean[j], x[t, n + j]
            e0 = x[t + 1, j] - mean[j] - P[0, 0] * a - P[0, 1] * b
            e1 = x[t + 1, n + j] - P[1, 0] * a - P[1, 1] * b
            f0, f1 = W[0, 0] * e0 + W[0, 1] * e1, W[1, 0] * e0 + W[1, 1] * e1
            cost += 0.5 * (e0 * f0 + e1 * f1)
            # W P, shared by the blocks below
            k00, k01 = W[0, 0] * P[0, 0] + W[0, 1] * P[1, 0], W[0, 0] * P[0, 1] + W[0, 1] * P[1, 1]
            k10, k11 = W[1, 0] * P[0, 0] + W[1, 1] * P[1, 0], W[1, 0] * P[0, 1] + W[1, 1] * P[1, 1]
            A[t, j, j] += P[0, 0] * k00 + P[1, 0] * k10
            A[t, j, n + j] += P[0, 0] * k01 + P[1, 0] * k11
            A[t, n + j, j] += P[0, 1] * k00 + P[1, 1] * k10
            A[t, n + j, n + j] += P[0, 1] * k01 + P[1, 1] * k11
            A[t + 1, j, j] += W[0, 0]
            A[t + 1, j, n + j] += W[0, 1]
            A[t + 1, n + j, j] += W[1, 0]
            A[t + 1, n + j, n + j] += W[1, 1]
            E[t, j, 0, 0], E[t, j, 0, 1], E[t, j, 1, 0], E[t, j, 1, 1] = -k00, -k10, -k01, -k11
            gx[t, j] += P[0, 0] * f0 + P[1, 0] * f1
            gx[t, n + j] += P[0, 1] * f0 + P[1, 1] * f1
            gx[t + 1, j] -= f0
            gx[t + 1, n + j] -= f1
            column = mean_column[j]
            if column < 0:
                continue
            m0, m1 = 1.0 - P[0, 0], -P[1, 0]  # (I - Phi) acting on (mean, 0)
            w0, w1 = W[0, 0] * m0 + W[0, 1] * m1, W[1, 0] * m0 + W[1, 1] * m1
            B[t, j, column] += P[0, 0] * w0 + P[1, 0] * w1
            B[t, n + j, column] += P[0, 1] * w0 + P[1, 1] * w1
            B[t + 1, j, column] -= w0
            B[t + 1, n + j, column] -= w1
            C[column, column] += m0 * w0 + m1 * w1
            g[column] += m0 * f0 + m1 * f1
    return cost


@kernel
def motion_cost(x, mean, phi, q_inverse):
    """Cost of `add_motion` alone."""
    n = len(mean)
    cost = 0.0
    for t in range(len(x) - 1):
        for j in range(n):
            P, W = phi[t, j], q_inverse[t, j]
            a, b = x[t, j] - mean[j], x[t, n + j]
            e0 = x[t + 1, j] - mean[j] - P[0, 0] * a - P[0, 1] * b
            e1 = x[t + 1, n + j] - P[1, 0] * a - P[1, 1] * b
            cost += 0.5 * (W[0, 0] * e0 * e0 + 2.0 * W[0, 1] * e0 * e1 + W[1, 1] * e1 * e1)
    return cost


@kernel
def add_start(x0, mean, mean_column, precision, A0, B0, gx0, C, g):
    """Add what is expected of the first frame, with `precision` (N, 2) of (q, v); returns its cost."""
    n = len(mean)
    cost = 0.0
    for j in range(n):
        w0, w1 = precision[j, 0], precision[j, 1]
        e0, e1 = x0[j] - mean[j], x0[n + j]
        cost += 0.5 * (w0 * e0 * e0 + w1 * e1 * e1)
        A0[j, j] += w0
        A0[n + j, n + j] += w1
        gx0[j] -= w0 * e0
        gx0[n + j] -= w1 * e1
        column = mean_column[j]
        if column >= 0:
            B0[j, column] -= w0
            C[column, column] += w0
            g[column] += w0 * e0
    return cost
