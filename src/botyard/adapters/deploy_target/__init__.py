"""Deploy targets: where bots run."""
