"""USB cameras under Linux, through the kernel's own interface (V4L2): identity, formats, settings, driver times."""
