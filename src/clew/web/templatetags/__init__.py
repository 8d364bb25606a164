"""What templates of the desk load."""
