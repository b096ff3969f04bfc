"""Markets for tests: made up, or cut from real bars."""
