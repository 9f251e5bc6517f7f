"""Processes of our own: started fresh, one thread each, and what goes wrong in them is told in one line."""
