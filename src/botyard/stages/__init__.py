"""The four agents, one after another: each is `run(inputs, ports) -> contract` and independent of the others."""
