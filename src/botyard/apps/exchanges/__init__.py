"""Exchanges as this home uses them: keys, clients and filters, runs and bots there, and bars from them."""
