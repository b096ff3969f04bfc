"""`botyard aws …`: bring the control plane into an account, look after it, take it away."""
