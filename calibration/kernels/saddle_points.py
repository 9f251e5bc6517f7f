# pyright: basic
"""Where two edges of a chessboard cross, from the edges' own pixels only."""

import math

from geometry._jit import kernel

_STEPS = 20
_ARRIVED_PX = 1e-3


@kernel
def saddle_points(gray, guess, along, width, reach, out):
    """Fill `out` (n, 2) with the point that the gradients around each guess cross at, NaN where they do not say.

    An edge through the corner q has gradients g square to it, g . (q - p) = 0 in its middle and of opposite signs on
    its two sides.  Only pixels in narrow strips along the two edges are asked: what is printed beside them, such as
    markers, would pull the corner aside.

    Parameters
    ----------
    gray : (height, width) uint8
    guess : (n, 2) px
    along : (n, 2, 2) px: one square along board x is along[:, 0], along board y is along[:, 1]
    width : (n, 2) px half width of the strips along board x and y
    reach : half length of the strips, squares
    """
    for n in range(len(guess)):
        u, v = guess[n, 0], guess[n, 1]
        for _ in range(_STEPS):
            u_next, v_next = _crossing(gray, u, v, along[n], width[n], reach)
            moved = math.hypot(u_next - u, v_next - v)
            u, v = u_next, v_next
            if not moved > _ARRIVED_PX:
                break
        out[n, 0], out[n, 1] = u, v


@kernel
def _crossing(gray, u, v, along, width, reach):
    """One step: the least-squares crossing of the gradients in the strips through (u, v)."""
    ax, ay, bx, by = along[0, 0], along[0, 1], along[1, 0], along[1, 1]
    area = ax * by - ay * bx
    span_a, span_b = abs(area) / math.hypot(ax, ay), abs(area) / math.hypot(bx, by)
    far_u, far_v = reach * (abs(ax) + abs(bx)), reach * (abs(ay) + abs(by))
    m00 = m01 = m11 = r0 = r1 = 0.0
    for y in range(max(1, math.ceil(v - far_v)), min(gray.shape[0] - 2, math.floor(v + far_v)) + 1):
        for x in range(max(1, math.ceil(u - far_u)), min(gray.shape[1] - 2, math.floor(u + far_u)) + 1):
            dx, dy = x - u, y - v
            s, t = (dx * by - dy * bx) / area, (dy * ax - dx * ay) / area
            weight = max(
                _weight(abs(t) * span_a / width[0], abs(s) / reach), _weight(abs(s) * span_b / width[1], abs(t) / reach)
            )
            if weight > 0.0:
                gx, gy = _gradient(gray, x, y)
                xx, xy, yy = weight * gx * gx, weight * gx * gy, weight * gy * gy
                m00, m01, m11 = m00 + xx, m01 + xy, m11 + yy
                r0, r1 = r0 + xx * dx + xy * dy, r1 + xy * dx + yy * dy
    det = m00 * m11 - m01 * m01
    if not det > 1e-4 * (m00 + m11) ** 2:
        return math.nan, math.nan
    return u + (m11 * r0 - m01 * r1) / det, v + (m00 * r1 - m01 * r0) / det


@kernel
def _weight(aside, ahead):
    """Falls smoothly to zero at the sides and ends of a strip, so that no pixel enters or leaves with a jump."""
    return (1.0 - aside * aside) ** 2 * (1.0 - ahead * ahead) if aside < 1.0 and ahead < 1.0 else 0.0


@kernel
def _gradient(gray, x, y):
    """Scharr's."""
    left = 3.0 * gray[y - 1, x - 1] + 10.0 * gray[y, x - 1] + 3.0 * gray[y + 1, x - 1]
    right = 3.0 * gray[y - 1, x + 1] + 10.0 * gray[y, x + 1] + 3.0 * gray[y + 1, x + 1]
    above = 3.0 * gray[y - 1, x - 1] + 10.0 * gray[y - 1, x] + 3.0 * gray[y - 1, x + 1]
    below = 3.0 * gray[y + 1, x - 1] + 10.0 * gray[y + 1, x] + 3.0 * gray[y + 1, x + 1]
    return right - left, below - above
