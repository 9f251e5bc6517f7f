"""Files and screen lines of a calibration or a check."""

from pathlib import Path

import typer

from calibration.files import write_text
from calibration.formats.aniposelib import write_rig
from calibration.quality.document import ClockFigures, Quality
from calibration.quality.report import Subject, report_html
from calibration.rig_calibration import Calibration
from calibration.rig_check import Check
from geometry.errors import InputError


def write_calibration(calibration: Calibration, out: Path, report: Path) -> None:
    """quality.json, report.html and, last, the rig itself."""
    _make_folder(report)
    _make_folder(out.resolve().parent)
    subject = Subject(calibration.rig, calibration.score, calibration.board_points, calibration.lenses)
    write_text(report / "quality.json", calibration.quality.as_json())
    write_text(report / "report.html", report_html(calibration.quality, subject))
    write_rig(out, calibration.rig, adjusted=True, error_px=calibration.quality.score.rms_px)


def write_check(check: Check, folder: Path) -> None:
    """quality.json and report.html."""
    _make_folder(folder)
    write_text(folder / "quality.json", check.quality.as_json())
    write_text(folder / "report.html", report_html(check.quality, Subject(check.rig, check.score, check.board_points)))


def print_quality(quality: Quality, rig: Path, report: Path) -> None:
    """The figures that matter, then every gate that failed and every notice."""
    judged = quality.heldout or quality.score
    kind = "held-out reprojection" if quality.heldout else "reprojection"
    typer.echo(f"rig      {rig}: {len(quality.names)} cameras, world {quality.world}")
    typer.echo(f"error    {kind} {judged.rms_px:.2f} px rms over {judged.corners} corners")
    rmse_mm, bias_mm = 1e3 * judged.scale_rmse_m, 1e3 * judged.scale_bias_m
    typer.echo(f"scale    neighbouring corners {rmse_mm:.2f} mm rmse, {bias_mm:+.2f} mm bias")
    if quality.clocks is not None and quality.clocks.modelled:
        typer.echo(f"clocks   {_offsets(quality.clocks)}")
    typer.echo(f"report   {report / 'report.html'}")
    for gate in quality.gates:
        if not gate.passed:
            typer.echo(f"FAILED   {gate.name}: {gate.detail}")
    for notice in quality.notices:
        typer.echo(f"notice   {notice}")


def _offsets(clocks: ClockFigures) -> str:
    found = zip(clocks.names, clocks.offset_s, clocks.offset_sd_s, strict=True)
    return ", ".join(f"{name} {1e3 * offset:+.1f} +- {1e3 * sd:.1f} ms" for name, offset, sd in found)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder ({error.strerror}); choose another place") from error
