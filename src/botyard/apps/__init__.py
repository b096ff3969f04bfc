"""What people and machines start: the command line, the scheduler, the report."""
