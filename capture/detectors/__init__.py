"""Pictures in, 2-D keypoints out."""
