"""A person of the staff takes a dialogue over, and gives it back."""
