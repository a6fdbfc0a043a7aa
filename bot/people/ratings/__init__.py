"""What people think of the service, in points and thumbs."""
