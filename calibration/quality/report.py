"""report.html: one page that stands alone, for the person who has to decide whether to trust the rig."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
from numpy.typing import NDArray

from calibration.intrinsics.lens import Lens
from calibration.quality.comparison import Comparison
from calibration.quality.document import Quality
from calibration.quality.drawings import coverage, floor_plan, histogram
from calibration.quality.scores import Score
from calibration.quality.volume import volume_around
from geometry.rig import Rig

Array = NDArray[np.float64]

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 1000px; color: #222 }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .25em .8em; text-align: left; border-bottom: 1px solid #ddd }
.good { color: #2c7a4b } .bad { color: #b3261e; font-weight: 600 } svg text { font: 11px system-ui } figure { display: inline-block; margin: 0 1em 1em 0 }
"""  # noqa: E501


@dataclass(frozen=True, eq=False)
class Subject:
    """What the report is about: rig, scored corners, where the board was (n, 3) metres, lenses if learnt here."""

    rig: Rig
    score: Score
    board_points: Array
    lenses: Sequence[Lens] = field(default_factory=tuple)


def report_html(quality: Quality, subject: Subject) -> str:
    """The page."""
    volume = quality.volume or volume_around(subject.rig, subject.board_points)
    verdict = '<span class="good">passed</span>' if quality.passed else '<span class="bad">failed</span>'
    sections = [
        f"<h1>Rig of {len(quality.names)} cameras: {verdict}</h1>",
        _figures(quality),
        "<h2>Gates</h2>",
        _gates(quality),
        "".join(f"<p>{escape(notice)}</p>" for notice in quality.notices),
        "<h2>Cameras</h2>",
        _cameras(quality),
        _comparison(quality.comparison),
        "<h2>Where it can measure</h2>",
        f"<p>From above, at {volume.height_m:.2f} m height. Colour: expected 3-D error of a point for one pixel of "
        "noise, green 1 mm or less, red 10 mm or more, white where fewer than two cameras see. Dots: the board.</p>",
        floor_plan(subject.rig, subject.board_points, volume),
        "<h2>Reprojection</h2>",
        "".join(histogram(subject.score.distance_px[:, i].ravel(), name) for i, name in enumerate(subject.rig.names)),
        _lenses(subject.lenses),
    ]
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>Rig</title><style>{_STYLE}</style>{''.join(sections)}</html>\n"  # noqa: E501


def _figures(quality: Quality) -> str:
    judged = quality.heldout or quality.score
    where = "frames left out of the fit" if quality.heldout else "the frames used"
    text = (
        f"<p>Reprojection <b>{judged.rms_px:.2f} px</b> rms over {judged.corners} corners of {where}. "
        f"Distances between neighbouring corners: <b>{1e3 * judged.scale_rmse_m:.2f} mm</b> rmse, "
        f"<b>{1e3 * judged.scale_bias_m:+.2f} mm</b> bias. World: {escape(quality.world)}"
    )
    text += f", floor flat to {quality.floor_rms_mm:.1f} mm" if quality.floor_rms_mm is not None else ""
    if quality.clocks is not None:
        text += (
            f".</p><p>Board fit: {quality.clocks.rms_simultaneous_px:.2f} px if frames were simultaneous, "
            f"{quality.clocks.rms_timestamps_px:.2f} px with their timestamps, "
            f"{quality.clocks.rms_offsets_px:.2f} px with one time offset per camera"
        )
    return text + ".</p>"


def _gates(quality: Quality) -> str:
    rows = [
        f"<tr><td>{escape(gate.name)}"
        f"<td class={'good' if gate.passed else 'bad'}>{'passed' if gate.passed else 'FAILED'}"
        f"<td>{'' if gate.value is None else f'{gate.value:.4g}'}<td>{gate.limit:.4g}<td>{escape(gate.detail)}"
        for gate in quality.gates
    ]
    rows += [
        f"<tr><td>{escape(name)}<td>not judged<td><td><td>{escape(why)}" for name, why in quality.not_judged.items()
    ]
    return f"<table><tr><th>gate<th><th>value<th>limit<th>{''.join(rows)}</table>"


def _cameras(quality: Quality) -> str:
    judged = quality.heldout or quality.score
    clocks = quality.clocks
    rows: list[str] = []
    for i, name in enumerate(quality.names):
        figures = quality.cameras.get(name, {})
        place = ", ".join(f"{value:.3f}" for value in figures.get("centre_m", ()))
        focal = f"{figures.get('fx', np.nan):.1f}"
        focal += f" ± {figures['fx_sd']:.1f}" if "fx_sd" in figures else ""
        offset = "" if clocks is None else f"{1e3 * clocks.offset_s[i]:+.1f} ± {1e3 * clocks.offset_sd_s[i]:.1f}"
        rows.append(
            f"<tr><td>{escape(name)}<td>{judged.camera_rms_px[i]:.2f}<td>{focal}<td>{place}"
            f"<td>{escape(str(figures.get('lens_model', '')))}<td>{offset}"
        )
    head = "<tr><th>camera<th>rms px<th>focal length px<th>place m<th>lens<th>clock ms"
    return f"<table>{head}{''.join(rows)}</table>"


def _comparison(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    rows = "".join(
        f"<tr><td>{escape(name)}<td>{1e3 * moved:.1f}<td>{np.rad2deg(turned):.2f}"
        for name, moved, turned in zip(comparison.names, comparison.moved_m, comparison.turned_rad, strict=True)
    )
    return (
        "<h2>Since the last calibration</h2>"
        f"<p>Lengths are {100 * (comparison.scale - 1.0):+.2f} % of what they were.</p>"
        f"<table><tr><th>camera<th>moved mm<th>turned deg{rows}</table>"
    )


def _lenses(lenses: Sequence[Lens]) -> str:
    lenses = [lens for lens in lenses if lens.views > 0]
    if not lenses:
        return ""
    maps = "".join(
        f"<figure>{coverage(lens.coverage, f'{lens.name}: {lens.views} pictures')}</figure>" for lens in lenses
    )
    return f"<h2>Where the board was in each picture</h2><p>Outside of this a lens is a guess.</p>{maps}"
