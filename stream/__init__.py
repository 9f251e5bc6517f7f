"""Results -> other lab software, as files and as live streams."""
