"""A crypto exchange on the loopback interface, for tests: it speaks Binance's REST closely enough for real clients.

`loopback.py` is what a test holds; `server.py` listens; `spot.py` and `futures.py` answer; `matching.py` fills orders
along stored bars; `faults.py` has a switch for what exchanges get wrong. Standard library only.
"""
