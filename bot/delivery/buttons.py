"""The data of the buttons that this bot puts under its messages."""

SAY = "say:"
"""A tap says what stands on the button, as if it had been typed."""
