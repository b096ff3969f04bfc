"""What phrases mean, typed: values, conditions, clauses, and how each measure is written."""
