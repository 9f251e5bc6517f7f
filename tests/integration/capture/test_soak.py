"""A short run of benchmarks/capture/soak.py."""

from benchmarks.capture.soak import soak


def test_eight_nodes_lose_nothing_and_memory_stays_flat() -> None:
    report = soak(nodes=8, fps=60.0, seconds=12.0)
    assert (report.lost, report.refused) == (0, 0)
    assert report.memory_growth < 0.05  # allocators settle in the first seconds; fifteen minutes are held to 2 %
    assert report.full_share > 0.5
    assert report.late + report.left_out < 0.02 * report.frames
