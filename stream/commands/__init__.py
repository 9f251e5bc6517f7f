"""Commands from other programs: start, stop, mark; by OSC, by LSL markers, by ZeroMQ requests."""
