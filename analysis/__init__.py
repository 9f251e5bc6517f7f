"""Angles over time -> repetitions, landings, strides -> valgus metrics."""
