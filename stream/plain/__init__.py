"""Plain text streams: lines of comma-separated numbers over UDP and TCP."""
