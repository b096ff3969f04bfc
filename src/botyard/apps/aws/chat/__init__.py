"""The chat in AWS: what it must not forget lies in the table, and Telegram is spoken to without a client."""
