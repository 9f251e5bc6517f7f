"""One camera's lens: which pictures to learn it from, which model it follows, how well it is then known."""
