"""The live driver: keypoints from every node in, body and angles out, one thread, no waiting for anybody."""
