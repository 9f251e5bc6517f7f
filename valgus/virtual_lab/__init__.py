"""A lab without cameras: a virtual person with known angles, seen by virtual cameras with a detector's errors.

The person is deliberately not the estimator's body model (see `person`), so that a comparison with the truth says
something.  Everything is a pure function of a seed and of time.
"""
