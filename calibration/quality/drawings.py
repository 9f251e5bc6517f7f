"""Small drawings for the report, as SVG text."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.quality.volume import VolumeMap
from geometry.rig import Rig

Array = NDArray[np.float64]

_PLAN_PX = 520
_BARS = 24
_COLOURS = ("#2f6fb0", "#c8553d", "#3f8f5f", "#8a5fb0", "#b08a2f", "#3fa0a8", "#b0507f", "#6f6f6f")


def floor_plan(rig: Rig, board_points: Array, volume: VolumeMap) -> str:
    """Cameras from above over the map of expected error, with the places where the board was."""
    x, y = volume.x_m, volume.y_m
    scale = _PLAN_PX / (x[-1] - x[0])

    def at(point: Array) -> tuple[float, float]:
        return (float(point[0]) - x[0]) * scale, _PLAN_PX - (float(point[1]) - y[0]) * scale

    cell = _PLAN_PX / len(x)
    parts = [
        f'<rect x="{i * cell:.1f}" y="{_PLAN_PX - (j + 1) * cell:.1f}" width="{cell + 0.5:.1f}" '
        f'height="{cell + 0.5:.1f}" fill="{_heat(volume.error_m[j, i])}"><title>{1e3 * volume.error_m[j, i]:.1f} mm'
        "</title></rect>"
        for j in range(len(y))
        for i in range(len(x))
        if np.isfinite(volume.error_m[j, i])
    ]
    step = max(1, len(board_points) // 400)
    parts += [
        f'<circle cx="{u:.1f}" cy="{v:.1f}" r="1.2" fill="#333" opacity="0.5"/>'
        for u, v in (at(point) for point in board_points[::step])
    ]
    for i, camera in enumerate(rig.cameras):
        u, v = at(camera.centre_world)
        du, dv = at(camera.centre_world + 0.6 * camera.viewing_direction_world)
        colour = _COLOURS[i % len(_COLOURS)]
        parts.append(
            f'<line x1="{u:.1f}" y1="{v:.1f}" x2="{du:.1f}" y2="{dv:.1f}" stroke="{colour}" stroke-width="3"/>'
        )
        parts.append(f'<circle cx="{u:.1f}" cy="{v:.1f}" r="6" fill="{colour}"/>')
        parts.append(f'<text x="{u + 9:.1f}" y="{v + 4:.1f}">{_escaped(camera.name)}</text>')
    foot = _PLAN_PX - 12
    metre = f'<line x1="10" y1="{foot}" x2="{10 + scale:.1f}" y2="{foot}" stroke="#000" stroke-width="2"/>'
    return _svg(_PLAN_PX, _PLAN_PX, [*parts, metre, f'<text x="12" y="{_PLAN_PX - 18}">1 m</text>'])


def histogram(distance_px: Array, title: str) -> str:
    """Distribution of pixel distances of one camera."""
    known = distance_px[np.isfinite(distance_px)]
    if not len(known):
        return ""
    top = max(float(np.percentile(known, 99)), 1e-3)
    count, edges = np.histogram(np.minimum(known, top), bins=_BARS, range=(0.0, top))
    width, height = 220, 90
    bar = width / _BARS
    parts = [
        f'<rect x="{i * bar:.1f}" y="{height - height * n / count.max():.1f}" width="{bar - 1:.1f}" '
        f'height="{height * n / count.max():.1f}" fill="#2f6fb0"/>'
        for i, n in enumerate(count)
    ]
    parts.append(
        f'<text x="0" y="{height + 14}">{_escaped(title)}: 0 to {edges[-1]:.1f} px, {len(known)} corners</text>'
    )
    return _svg(width + 40, height + 20, parts)


def coverage(cells: NDArray[np.int64], title: str) -> str:
    """How often the board visited each part of a camera's picture."""
    rows, columns = cells.shape
    side = 26
    most = max(int(cells.max()), 1)
    parts = [
        f'<rect x="{c * side}" y="{r * side}" width="{side - 1}" height="{side - 1}" '
        f'fill="rgba(47,111,176,{cells[r, c] / most:.2f})" stroke="#ccc"><title>{cells[r, c]}</title></rect>'
        for r in range(rows)
        for c in range(columns)
    ]
    parts.append(f'<text x="0" y="{rows * side + 14}">{_escaped(title)}</text>')
    return _svg(columns * side, rows * side + 20, parts)


def _heat(error_m: float) -> str:
    """Green at 1 mm per pixel of noise, red from 10 mm."""
    warmth = float(np.clip(np.log10(max(1e3 * error_m, 1e-3)), 0.0, 1.0))
    return f"hsl({120 - 120 * warmth:.0f},55%,78%)"


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    body = "".join(parts)
    return f'<svg width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">{body}</svg>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
