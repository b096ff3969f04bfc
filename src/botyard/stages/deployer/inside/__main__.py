# ruff: noqa: INP001 - lies at the root of the bundle, not in a package
"""The bot's entry point: `tick` wakes it once, `contract` replays golden bars. Standard library only."""

import sys
import zoneinfo
from pathlib import Path

HERE = Path(__file__).resolve().parent
OPTIONS = {"--home", "--bot", "--now-ms"}
USAGE = "usage: tick --home PATH --bot NAME [--now-ms MS] | contract whole|rest BARS ROWS STATES"


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code."""
    zoneinfo.reset_tzpath([str(HERE / "zoneinfo")])  # the rules of the research, not those of this machine
    if arguments[:1] == ["contract"] and len(arguments) == 5:
        from replay import replay  # type: ignore[import-not-found] # beside this file, in the bundle

        sys.stdout.write(replay(arguments[1], *(Path(a) for a in arguments[2:])))
        return 0
    given = dict(zip(arguments[1::2], arguments[2::2], strict=False))
    if arguments[:1] == ["tick"] and len(arguments) % 2 and {"--home", "--bot"} <= set(given) <= OPTIONS:
        from wake import wake  # type: ignore[import-not-found] # as above

        now_ms = int(given["--now-ms"]) if "--now-ms" in given else None
        return int(wake(Path(given["--home"]), given["--bot"], now_ms))
    sys.stderr.write(USAGE + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
