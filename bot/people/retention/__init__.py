"""What must be gone after a while is gone, and nothing goes before its time."""
