"""From clauses to a plan: "it", open numbers, bands without a name, bar lengths, sides."""
