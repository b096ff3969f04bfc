"""Bring bars from an exchange: whole months and days from its public archive, the rest from its candles.

Everything that came lies in a folder of its own, whole or not at all, so that a download that was cut off goes on
where it stood; then it is imported like any other files.

1. plan.py: which months, days and pages are needed.
2. archive.py: fetch a zip and hold it to its checksum.
3. candles.py: pages of closed candles, as CSV.
4. run.py: the plan, carried out.
"""

from botyard.market.download.candles import Page
from botyard.market.download.run import Asked, Downloaded, download

__all__ = ["Asked", "Downloaded", "Page", "download"]
