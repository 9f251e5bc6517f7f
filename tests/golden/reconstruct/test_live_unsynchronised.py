"""A real drop jump, live, by cameras that expose up to 8 ms apart: with their times it costs little."""

from pathlib import Path

from benchmarks.unsynchronised import APART, TOGETHER, ignored, live_errors, own


def test_unsynchronised_cameras_are_nearly_as_good_live_and_ignoring_their_clocks_is_not(shared_data: Path) -> None:
    truth = shared_data / "truth"
    together = live_errors(truth / TOGETHER, own, regroup=False)
    apart = live_errors(truth / APART, own, regroup=False)
    careless = live_errors(truth / APART, ignored, regroup=False)
    assert apart.points_median_mm < 1.05 * together.points_median_mm
    assert apart.angles_rms_deg < 1.1 * together.angles_rms_deg
    assert careless.points_p90_mm > 1.02 * apart.points_p90_mm
    assert careless.angles_rms_deg > apart.angles_rms_deg
