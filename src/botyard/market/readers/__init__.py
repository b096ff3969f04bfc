"""Files of bars as other tools write them."""

from botyard.market.readers.files import read_file
from botyard.market.readers.names import FileName, is_bars_file, parse_name, parse_symbol

__all__ = ["FileName", "is_bars_file", "parse_name", "parse_symbol", "read_file"]
