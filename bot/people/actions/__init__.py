"""What the assistant does for a customer: bookings, files, cost sheets, as the tenant's data name them."""
