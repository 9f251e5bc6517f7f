"""The command line: one file per command, one table, one place where errors become a line and an exit code."""
