"""What the owner's limits become in AWS: `limits.json` and the variables of the machine that deploys, as one parameter."""

import json
from collections.abc import Mapping
from pathlib import Path

from botyard.apps import settings
from botyard.apps.operations import outer_limits
from botyard.errors import InvariantError, UserError
from botyard.records import codec
from botyard.records.fleet import DEFAULTS, Mode, OuterLimits

_MODES: tuple[Mode, ...] = ("paper", "testnet")


def of_this_machine() -> dict[str, OuterLimits]:
    """Return the limits of each mode that there is in AWS. Raises: ConfigError for what cannot be read."""
    home = Path.home() / ".botyard" if settings.is_aws() else settings.home()
    return {mode: outer_limits.of_mode(mode, home) for mode in _MODES}


def told() -> str:
    """Write down what this machine says of limits, "" where that is nothing. Raises: ConfigError."""
    said = {mode: limits for mode, limits in of_this_machine().items() if limits != DEFAULTS[mode]}
    return json.dumps(codec.to_plain(said), separators=(",", ":")) if said else ""


def read(text: str) -> Mapping[str, OuterLimits]:
    """Read what `told` wrote. Raises: UserError."""
    try:
        said = json.loads(text or "{}")
        return {**DEFAULTS, **{mode: codec.from_plain(OuterLimits, one) for mode, one in said.items()}}
    except (ValueError, AttributeError, InvariantError) as e:
        raise UserError(f"the limits of this environment cannot be read: {e}; run botyard aws deploy again") from e
