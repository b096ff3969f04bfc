"""Ops that go by the clock: parts of a day, sessions, longer periods."""
