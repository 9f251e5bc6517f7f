"""Fixtures that every test may use."""

from pathlib import Path

import pytest

from tests.support.local_lsl import keep_lsl_local

keep_lsl_local()

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real recordings and truth sets beside the checkout; tests that need it are skipped without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared recordings are not on this machine (../shared/data)")
    return SHARED_DATA
