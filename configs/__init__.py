"""Data files of the project, in TOML; no code."""
