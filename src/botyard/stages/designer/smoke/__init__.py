"""Made-up bars on which a designed strategy must fire, and its test file."""
