"""What time it is: the wall's, or a replay's."""
