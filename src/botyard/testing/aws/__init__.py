"""An AWS of our own on loopback: moto's server with what it lacks, agents and functions as local processes."""
