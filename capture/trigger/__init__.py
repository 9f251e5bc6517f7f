"""Cameras and other devices that share a trigger: by a light in the picture, or by the pulse that exposes them."""
