"""Print every figure beside its target: `make bench`, or `python -m benchmarks kernel` for one suite."""

import importlib
import sys

SUITES = ("kernel", "study", "field", "stops", "commands", "bundle", "fleet")


def main() -> None:
    for suite in sys.argv[1:] or SUITES:
        print(f"== {suite}", flush=True)
        for name, value, unit, target in importlib.import_module(f"benchmarks.{suite}").figures():
            print(f"  {name:<76} {value:8.2f} {unit:<7} {target}", flush=True)


if __name__ == "__main__":
    main()
