"""What two processes compile beforehand is what a live session needs, and nothing is compiled twice."""

import subprocess
import sys
from pathlib import Path

import pytest

from valgus.live.first_start import compiling_together

SCRIPT = """
from reconstruct.kernels import angles, clean_frame, live_filter, map_ik, triangulate
from valgus.live.rehearsal import rehearse_all, rehearse_cleaning, rehearse_following

def signatures():
    kernels = (map_ik.solve_pose, live_filter.update, live_filter.predict, angles.angles_of_poses)
    return [set(kernel.signatures) for kernel in kernels]

assert rehearse_following() is None
after_helper = signatures()
assert all(after_helper)
cleaned = rehearse_cleaning()
rehearse_all()
assert signatures() == after_helper
assert len(clean_frame.clean_frame.signatures) == 1
print("done")
"""


def test_the_helper_s_work_is_all_used() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=280)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_a_later_start_needs_no_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "live_filter.update-1.py311.1.nbc").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    told: list[str] = []
    with compiling_together(told.append) as wait_for_helper:
        wait_for_helper()
    assert told == []
