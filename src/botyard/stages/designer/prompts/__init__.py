"""What is said to a language model, one file per part it plays; `version` stands in the first line."""
