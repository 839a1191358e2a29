"""``python -m dspkit.datasets SOUNDS OUT``: make the features of a folder of sounds, without a notebook."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence

from ..errors import DatasetError, ParameterError, SampleTypeError
from .extraction import extract
from .features import FEATURES


def main(given: Sequence[str] | None = None) -> int:
    """Do it, print the report, and return 0 if every sound has its features, 1 if some were skipped, 2 if it failed."""
    parser = argparse.ArgumentParser(prog="python -m dspkit.datasets", description=(__doc__ or "").partition(": ")[2])
    parser.add_argument("sounds", help="folder of sounds")
    parser.add_argument("out", help="where the features go")
    parser.add_argument("--features", choices=sorted(FEATURES), default="mel-stack")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the features, as n_mels=80"
    )
    parser.add_argument("--pattern", default="**/*", help="which files (default: all sounds)")
    parser.add_argument("--segment", nargs=2, type=float, metavar=("LENGTH", "HOP"), help="cut into items, in seconds")
    parser.add_argument("--workers", type=int, help="processes (default: as many as processors)")
    parser.add_argument("--hash", choices=["content", "stat"], default="content", help="how changed files are known")
    parser.add_argument("--raise", action="store_true", dest="stop", help="stop at the first sound that cannot be used")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    args = parser.parse_args(given)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # names of files may hold what a terminal cannot show
    try:
        report = extract(
            args.sounds, args.out, _features(args.features, args.set), pattern=args.pattern,
            segment=args.segment, workers=args.workers, progress=not args.quiet, hash=args.hash,
            errors="raise" if args.stop else "skip",
        )  # fmt: skip
    except (DatasetError, ParameterError, SampleTypeError, ImportError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(report)
    return 1 if report.skipped else 0


def _features(name: str, settings: Sequence[str]) -> object:
    kind = FEATURES[name]
    known = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    values = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or key not in known:
            raise ParameterError(f"--set {setting}; expected NAME=VALUE with a name of: {', '.join(known)}.")
        try:
            values[key] = json.loads(value)
        except ValueError:
            values[key] = value  # plain text, such as preset=kaldi
    return kind(**values)


if __name__ == "__main__":
    sys.exit(main())
