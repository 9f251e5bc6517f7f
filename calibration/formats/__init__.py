"""Files that hold a calibrated rig, one module per format."""
