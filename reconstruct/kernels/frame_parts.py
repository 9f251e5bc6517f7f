"""How kernels share a trial's frames among cores."""

PARTS = 4
"""Runs of frames that are summed side by side; a fixed number, so that results do not depend on the machine's cores."""
