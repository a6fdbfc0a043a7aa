"""Messages to many: written and checked, sent to those who agreed, paused, stopped, reported."""
