"""Runs whatever comes on stdin inside the CPython cage, with every builtin: the child's walls are judged alone."""

import sys
from typing import Any


def main() -> None:
    """Close the cage, run the source, and say what it left in `result`."""
    source = sys.stdin.read()
    jail: Any = sys.modules["jail"]  # jail.py, started as a script
    try:
        jail.close()
    except OSError as e:
        sys.stderr.write(f"{e}\n")
        raise SystemExit(78) from e
    scope: dict[str, object] = {"__name__": "attack", "bars": [{"close": 100.0}]}
    try:
        exec(compile(source, "<attack>", "exec"), scope)  # noqa: S102 - this is what is tested
        sys.stdout.write(f"result: {scope.get('result')!s:.2000}")
    except BaseException as e:  # noqa: BLE001 - an attack may raise anything
        sys.stdout.write(f"blocked: {type(e).__name__}: {e!s:.300}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
