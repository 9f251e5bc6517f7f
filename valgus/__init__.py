"""True 3-D hip adduction, hip internal rotation and knee valgus, live, each with its error bar."""

__version__ = "0.1.0"
