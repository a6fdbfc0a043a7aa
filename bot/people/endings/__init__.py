"""A dialogue comes to its end."""
