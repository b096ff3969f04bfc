"""Where bots and their journals are kept."""
