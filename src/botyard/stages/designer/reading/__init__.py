"""Words of the idea to tokens, tokens to clauses: the grammar."""
