"""What admins see of the service and of each other: roles, the record, figures, health."""
