"""Gathers pages about a subject into the owner's table: url, context, status."""
