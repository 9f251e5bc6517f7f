"""Angles over time -> what they say about a movement: planar metrics, who drives the knee inward, cross-talk."""
