"""Numbers and words beside the 3-D picture: what they say, and how they are drawn."""
