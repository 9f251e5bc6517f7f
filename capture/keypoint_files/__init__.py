"""Whole trials of 2-D keypoints, tags and times read from files."""
