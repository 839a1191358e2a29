"""Checks cannot be passed by an answer that is nearly right: each solution is spoilt in every small way.

The functions of the solution notebooks are changed at one place of their syntax tree at a time, and handed in. Each
such mutant must fail its check, unless it is one of those below, which were looked at one by one and are as right as
the solution itself.
"""

from __future__ import annotations

import ast
import copy
import functools
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dspkit as dk

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"

# sheet, function, mutant → why it is right all the same.
EQUIVALENT: dict[tuple[str, str], dict[str, str]] = {
    ("01_sampling", "my_recorder"): {
        "line 3: 3600 → 3601": "three digits are asked for: 6.02·bits + 1.76 has no more",
        "line 3: 3600 → 3599": "as above",
    },
    ("01_sampling", "my_impostors"): {
        "line 6: int(…) left out": "arange takes a fraction, and rounds the number of values up",
        "line 6: 2 → 3": "one more multiple lies above fmax and is cut off",
        "line 6: 2 → 1": "k·sr - f exceeds fmax from the next k on",
    },
    ("02_harmonics", "my_plucked_string"): {"line 5: Add → Sub": "one more or one less is the same, modulo 2"},
    ("02_harmonics", "my_additive_tone"): {"line 6: compared otherwise": "a sine of sr/2 has samples of 0 only"},
    ("03_time_domain", "my_pitch"): {
        "line 3: floor(…) left out": "int rounds a positive number down",
        "line 4: 1 → 2": "one lag more is computed and not looked at",
        "line 5: 1 → 2": "the slice ends where r ends",
    },
    ("04_convolution", "my_counts"): dict.fromkeys(
        ("line 3: 160 → 161 (2)", "line 3: 16000 → 16001", "line 3: 16000 → 15999", "line 3: 16000 → 15999 (2)",
         "line 3: 400 → 401", "line 3: 400 → 399"),
        "the numbers are given: the quotient, rounded, is the same",
    ),
    ("05_fourier", "my_goertzel"): {"line 7: minus left out": "the magnitude of the conjugate is the same"},
    ("05_fourier", "my_phone_number"): {
        f"line {line}: {f} → {f + step}": "1 Hz beside the tone it is still the strongest of its row or column"
        for line, tones in ((6, (697, 770, 852, 941)), (7, (1209, 1336, 1477)))
        for f in tones
        for step in (1, -1)
    },
    ("06_fast_fourier", "my_fft"): {
        "line 5: Add → Sub": "x - 0j is x",
        "line 7: FloorDiv → Div": "n is even: the same number as a float, which arange takes",
    },
    ("06_fast_fourier", "my_bluestein"): {
        "line 5: 2 → 1": "the ring is as long, or longer",
        "line 5: 1 → 2": "the ring is twice as long",
        "line 5: 2 → 3": "2n - 2 places are enough: the chirp is symmetric, so its two ends may share one",
        "line 5: 2 → 3 (2)": "the ring is longer",
        "line 5: Sub → Add": "the ring is longer",
    },
    ("07_windows", "my_tone_amplitude"): {
        "line 6: Add → Sub": "the search goes the other way along the same frequencies",
        "line 6: 1 → 2": "it searches two bins in place of one, in steps that are still fine enough",
        "line 6: 1 → 2 (2)": "as above, on the other side",
        "line 6: 201 → 202": "as fine",
        "line 6: 201 → 200": "as fine",
    },
    ("08_short_time", "my_istft"): {
        "line 5: Mult → Div": "divided by ones in place of multiplied",
        "line 6: compared otherwise": "no weight is 0 where the sound is kept",
        "line 6: 1 → 2": "as above",
        "line 6: 1 → 0": "as above",
        "line 6: 0 → -1": "as above",
        "line 4: axis 0": "it is axis 0",
    },
    ("09_mel", "my_hz_to_mel"): {
        "line 4: compared otherwise": "both forms give 15 at 1000 Hz",
        "line 3: maximum(…) left out": "it only keeps log(0) away from values that are not taken",
        "line 3: 1000 → 999 (2)": "below 1000 Hz the other form is taken",
    },
    ("09_mel", "my_mel_to_hz"): {"line 3: compared otherwise": "both forms give 1000 Hz at 15 mel"},
    ("10_cepstrum", "my_delta"): {"line 5: 1 → 0": "a step of 0 adds 0 · (a − a)"},
    ("11_loudness", "my_a_weighting"): dict.fromkeys(
        ("line 7: Pow → Mult", "line 7: 2 → 3", "line 7: 2 → 1"),
        "a factor of every gain cancels in gain(f) / gain(1000)",
    ),
    ("11_loudness", "my_gated_loudness"): {
        "line 5: compared otherwise": "no window lies on the gate to the last digit",
        "line 6: compared otherwise": "as above",
        "line 3: axis 0": "it is axis 0",
    },
    ("11_loudness", "my_integrated_loudness"): {
        "line 7: maximum(…) left out": "it only keeps log(0) away, whose −∞ is below the gate as well",
        "line 7: 1e-30 → 1.1000000000000001e-30": "as above",
        "line 9: compared otherwise": "no block lies on the gate to the last digit",
        "line 10: compared otherwise": "as above",
        "line 5: minus left out": "of (channels, samples), axis 1 is the last",
        "line 5: minus left out (2)": "as above",
    },
    ("12_normalization", "my_clipped_samples"): {"line 3: int(…) left out": "NumPy's whole number is one, too"},
    ("12_normalization", "my_standardize"): {
        "line 4: 1.0 → 1.1": "the sheet does not say by what a constant feature is divided",
        "line 3: minus left out": "of (features, sounds), axis 1 is the last",
        "line 5: minus left out": "as above",
    },
    ("13_companding", "my_mu_law_encode"): {"line 3: floor(…) left out": "uint8 cuts positive numbers off as well"},
    ("13_companding", "my_g711_encode"): {
        "line 5: compared otherwise": "0 and −1 have the same magnitude, 0, and the sign is taken in another line",
        "line 5: 0 → 1": "as above",
        "line 5: 0 → -1": "as above",
        "line 6: 8191 → 8190": "both lie in the last step of the last segment",
    },
    ("14_gpu", "my_benchmark"): {
        "left out: gpu.copy_to_device(n_bytes)": "the transfer is not timed; the simulated device has the data anyway",
    },
    ("15_datasets", "my_standardize"): {"line 3: axis 0": "it is axis 0", "line 3: axis 0 (2)": "as above"},
    ("15_datasets", "my_level"): {
        "line 4: minus left out": "of (items, frames), axis 1 is the last",
        "line 4: minus left out (2)": "as above",
    },
}  # fmt: skip

COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Pow: ast.Mult,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
# A function in place of another.
SWAPS = {
    "floor": "ceil", "ceil": "floor", "round": "floor", "rint": "floor", "cos": "sin", "sin": "cos", "log10": "log2",
    "log2": "log10", "log": "log10", "max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum",
    "argmax": "argmin", "mean": "sum", "sum": "mean", "cumsum": "sum",
}  # fmt: skip
# Guards: the call is replaced by its first argument.
GUARDS = {"max", "min", "maximum", "minimum", "clip", "abs", "conj", "sqrt", "flip", "round", "rint", "floor", "int"}


def edits(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], ast.AST]]]:
    """What can be done to one node: words, and a function that gives another node in its place."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        for step in (1, -1) if isinstance(node.value, int) else (0.1 * node.value or 0.1,):
            yield f"{node.value} → {node.value + step}", lambda n, s=step: ast.Constant(n.value + s)
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield (
            "compared otherwise",
            lambda n: ast.Compare(n.left, [COMPARISONS[type(n.ops[0])](), *n.ops[1:]], n.comparators),
        )
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield (
            f"{type(node.op).__name__} → {OPERATORS[type(node.op)].__name__}",
            lambda n: ast.BinOp(n.left, OPERATORS[type(n.op)](), n.right),
        )
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus left out", lambda n: n.operand
    if isinstance(node, ast.Attribute) and node.attr in {"real", "T", "imag"}:
        yield f".{node.attr} left out", lambda n: n.value
    if isinstance(node, ast.Attribute) and node.attr in SWAPS:
        yield f"{node.attr} → {SWAPS[node.attr]}", lambda n: ast.Attribute(n.value, SWAPS[n.attr], n.ctx)
    if isinstance(node, ast.Name) and node.id in SWAPS and isinstance(node.ctx, ast.Load):
        yield f"{node.id} → {SWAPS[node.id]}", lambda n: ast.Name(SWAPS[n.id], n.ctx)
    if isinstance(node, ast.Call) and node.args:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in GUARDS:
            yield f"{name}(…) left out", lambda n: n.args[0]
    if isinstance(node, ast.keyword) and node.arg == "axis":
        yield "axis 0", lambda n: ast.keyword("axis", ast.Constant(0))


def statements(tree: ast.AST) -> Iterator[tuple[str, list[ast.stmt], int]]:
    """Each statement that can be left out: words, the body that it stands in, its place there."""
    for node in ast.walk(tree):
        for body in (getattr(node, "body", []), getattr(node, "orelse", [])):
            for i, statement in enumerate(body if isinstance(body, list) else []):
                doc = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                if not doc and not isinstance(statement, ast.FunctionDef) and len(body) > 1:
                    yield f"left out: {ast.unparse(statement).splitlines()[0]}", body, i


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Words and source of every mutant of a function's source."""
    count = len(list(ast.walk(ast.parse(source))))
    for place in range(count):
        node = list(ast.walk(ast.parse(source)))[place]
        for number, (words, _) in enumerate(edits(node)):
            tree = ast.parse(source)
            target = list(ast.walk(tree))[place]
            line = getattr(target, "lineno", getattr(getattr(target, "value", None), "lineno", 0))
            new = list(edits(target))[number][1](target)
            for parent in ast.walk(tree):
                for name, value in ast.iter_fields(parent):
                    if value is target:
                        setattr(parent, name, new)
                    elif isinstance(value, list):
                        setattr(parent, name, [new if v is target else v for v in value])
            yield f"line {line}: {words}", ast.unparse(ast.fix_missing_locations(tree))
    for place in range(len(list(statements(ast.parse(source))))):
        tree = ast.parse(source)
        words, body, i = list(statements(tree))[place]
        del body[i]
        yield words, ast.unparse(ast.fix_missing_locations(tree))


@functools.cache
def solved(sheet: str) -> tuple[dict[str, Any], dict[str, str], list[tuple[str, str]]]:
    """A solution notebook's names, the sources of its functions, and its checks with what is handed to each."""
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    names: dict[str, Any] = {"__name__": sheet, "np": np, "dk": dk}
    sources: dict[str, str] = {}
    asked: list[tuple[str, str]] = []
    for cell in nbformat.read(SOLUTIONS / f"{sheet}.ipynb", as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        tags = set(cell.metadata.get("tags", []))
        functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and "solution" in tags]
        imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module([*imports, *functions], []), f"<{sheet}>", "exec"), names)
        sources |= {n.name: ast.unparse(n) for n in functions}
        if tree.body and isinstance(last := tree.body[-1], ast.Expr) and isinstance(call := last.value, ast.Call):
            words = ast.unparse(call.func)
            if words.startswith("dk.check.") and words.removeprefix("dk.check.") in dk.check.__all__:
                asked.append((words.removeprefix("dk.check."), ast.unparse(call.args[0])))
    return names, sources, asked


def survivors(sheet: str) -> tuple[int, list[tuple[str, str]]]:
    """How many mutants of a sheet's functions there are, and which of them pass their check."""
    names, sources, asked = solved(sheet)
    tried, passed = 0, []
    for check_name, function in asked:
        if function not in sources:
            continue
        check = getattr(dk.check, check_name)
        assert check(names[function]), check(names[function])
        seen: Counter[str] = Counter()
        for words, source in mutants(sources[function]):
            space = copy.copy(names)
            tried += 1
            seen[words] += 1
            if seen[words] > 1:  # the same, at another place of the line
                words = f"{words} ({seen[words]})"
            try:
                exec(compile(source, "<mutant>", "exec"), space)
            except Exception:  # it cannot even be defined
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if check(space[function], time_limit=2.0):
                    passed.append((function, words))
    return tried, passed


@pytest.mark.parametrize("sheet", sorted(p.stem for p in SOLUTIONS.glob("*.ipynb")))
def test_no_nearly_right_answer_passes(sheet: str, record_property: Callable[[str, object], None]) -> None:
    tried, passed = survivors(sheet)
    record_property("mutants", tried)
    known = {(function, words) for (s, function), listed in EQUIVALENT.items() if s == sheet for words in listed}
    assert tried > 20
    assert set(passed) == known


if __name__ == "__main__":  # which mutants pass, of all sheets or of those named
    import sys

    for sheet in sys.argv[1:] or sorted(p.stem for p in SOLUTIONS.glob("*.ipynb")):
        tried, passed = survivors(sheet)
        print(f"{sheet}: {tried} mutants, {len(passed)} pass")
        for function, words in passed:
            print(f"    {function}: {words}")
