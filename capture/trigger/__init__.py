"""One event seen by a camera and by another device: a light driven by the device's own trigger."""
