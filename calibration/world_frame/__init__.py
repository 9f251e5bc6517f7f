"""Origin, axes and floor of the world: from a board on the floor, from known points, from feet, or a plain guess."""
