"""Compiled inner loops of calibration: arrays in, arrays out."""
