"""Numba only, arrays only."""
