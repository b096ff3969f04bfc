"""Where tests keep machine code: strategies are compiled once for all test processes and later runs."""

import os
import tempfile
from pathlib import Path

CODE_CACHE = Path(tempfile.gettempdir()) / f"botyard-test-code-{os.getuid()}"
