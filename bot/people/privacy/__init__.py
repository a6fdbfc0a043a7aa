"""What a person agrees to, what is held about them, and how it is taken away."""
