"""Trials as files: TRC, MOT, C3D, CSV, Parquet, MATLAB; one module per format."""
