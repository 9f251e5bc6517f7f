"""Rigs and the people in front of them: what needs recorded or live keypoints as well as calibration."""
