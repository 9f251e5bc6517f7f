"""What a person looks at: a scene of plain geometry, a window, a picture."""
