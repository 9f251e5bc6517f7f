"""Folders of videos or pictures, one per camera, and which of their frames belong together."""
