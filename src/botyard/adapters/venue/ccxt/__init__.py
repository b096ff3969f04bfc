"""Real exchanges through ccxt: orders go where the mode says, bars come from the mainnet, and no byte goes elsewhere.

`table.py` says what each venue is like; `connect.py` makes a client that is held to its hosts (`guard.py`);
`venue.py` is the Venue port; `account.py` prepares and probes an account; `instruments.py` reads filters.
"""
