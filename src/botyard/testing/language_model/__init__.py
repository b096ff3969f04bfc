"""Language models for tests: a scripted one in the process, and servers on the loopback that speak the vendors' wires."""
