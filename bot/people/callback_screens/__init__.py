"""What customers and staff read of requests to be called, with all of people's service at hand."""
