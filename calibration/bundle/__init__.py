"""Bundle adjustment: cameras, board poses and clocks that together explain every corner best."""
