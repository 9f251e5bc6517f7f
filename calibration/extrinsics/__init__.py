"""Where the cameras stand: pairwise poses over what they saw together, a tree through the best, then adjustment."""
