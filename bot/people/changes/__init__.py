"""What admins change while all runs: forbidden topics, working hours, the model."""
