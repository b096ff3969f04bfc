"""What is asked when an idea cannot be read whole, and what is never built."""
