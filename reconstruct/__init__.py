"""Keypoints and a rig -> points -> body -> joint angles, each with its covariance."""
