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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dspkit as dk

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"

# sheet, function, mutant → why it is right all the same.
EQUIVALENT: dict[tuple[str, str], dict[str, str]] = {}

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
        yield "compared otherwise", lambda n: ast.Compare(n.left, [COMPARISONS[type(n.ops[0])](), *n.ops[1:]], n.comparators)
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
        for words, source in mutants(sources[function]):
            space = copy.copy(names)
            tried += 1
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
