# ruff: noqa: INP001 - lies at the root of the bundle, not in a package
"""The bot's entry point: `tick` wakes it once, `contract` replays golden bars. Standard library only."""

import sys
import zoneinfo
from pathlib import Path

HERE = Path(__file__).resolve().parent
USAGE = "usage: tick --home PATH --bot NAME [--now-ms MS] | contract whole|rest BARS ROWS STATES"


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code."""
    zoneinfo.reset_tzpath([str(HERE / "zoneinfo")])  # the rules of the research, not those of this machine
    if arguments[:1] == ["contract"] and len(arguments) == 5:
        from replay import replay  # type: ignore[import-not-found] # beside this file, in the bundle

        sys.stdout.write(replay(arguments[1], *(Path(a) for a in arguments[2:])))
        return 0
    if arguments[:1] == ["tick"]:
        from wake import wake  # type: ignore[import-not-found] # as above

        return int(wake(arguments[1:]))
    sys.stderr.write(USAGE + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
