"""One camera -> keypoints -> the wire -> sets of views of one instant."""
