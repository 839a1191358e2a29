"""Run the benchmarks: all of them, or those named (``python -m benchmarks short_time``)."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys

import benchmarks


def main() -> None:
    names = sorted(
        module.name.removeprefix("bench_")
        for module in pkgutil.iter_modules(benchmarks.__path__)
        if module.name.startswith("bench_")
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"which ones: {', '.join(names)} (all by default)")
    named = parser.parse_args().names
    wanted = named or names
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        sys.exit(f"No benchmark named {', '.join(unknown)}. There are: {', '.join(names)}.")
    idle = []
    for name in wanted:
        if importlib.import_module(f"benchmarks.bench_{name}").main():
            idle.append(name)
        print()
    if named and idle:  # asked for by name, and there was nothing to measure
        sys.exit(1)


if __name__ == "__main__":
    main()
