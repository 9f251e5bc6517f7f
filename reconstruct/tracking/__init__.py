"""From what every detector claims to one person's trusted keypoints: who is who, left or right, right or wrong."""
