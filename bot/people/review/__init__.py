"""The staff look at answers: before they leave, after, and one by one."""
