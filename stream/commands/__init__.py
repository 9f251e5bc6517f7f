"""Commands from other programs: start, stop, mark, subject; by OSC, by LSL markers, by ZeroMQ requests."""
