"""Fixtures that benchmarks share with the tests."""

from tests.conftest import shared_data

__all__ = ["shared_data"]
