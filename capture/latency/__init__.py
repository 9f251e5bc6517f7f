"""How late each camera stamps its frames: USB cameras differ by tens of milliseconds, and no driver tells."""
