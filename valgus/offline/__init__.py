"""The offline driver: recorded keypoints or videos in, a folder of results out."""
