"""Rigs from people: cameras placed by what a moving person's keypoints show, refined or registered again."""
