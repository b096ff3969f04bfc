"""Print which patches moto as it is still needs, as JSON."""

import json
import logging

from botyard.testing.aws.patches.all import PATCHES

logging.disable(logging.CRITICAL)
print(json.dumps({patch.__name__.rpartition(".")[2]: patch.missing() for patch in PATCHES}))  # noqa: T201
