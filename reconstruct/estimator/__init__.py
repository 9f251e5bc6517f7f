"""From keypoints to body states with covariance: one frame at a time, a whole trial at once, or live."""
