"""Guided calibration on running nodes: what was seen, what is still missing, and when it is enough."""
