"""Finding a board in a picture: one module per kind of board, refinement and plausibility for all."""
