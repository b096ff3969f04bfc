"""Compile what all strategies share into a cache folder: `python -m botyard.engine FOLDER`."""

import sys
from pathlib import Path

from botyard.engine.program import prepare

if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
