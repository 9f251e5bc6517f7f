"""What a lab already has, as trial folders of this project."""
