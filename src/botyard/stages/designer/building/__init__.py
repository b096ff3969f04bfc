"""From a plan to a spec, and the check that nothing of the idea got lost."""
