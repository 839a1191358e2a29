"""Execute lessons and store what they print, draw and play: ``python tools/lessons.py [NOTEBOOK …]``.

Without names: all lessons, homework solutions and homework sheets. What is stored is then compared, strictly, by
``make test``. Metadata and cell ids are made the same on every machine, so that a second run changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KEPT_CELL_METADATA = {"tags"}
FOLDED = "hide-output"  # what a prediction's answer is tagged with
# JupyterLab shows a folded output's first line: this one, not the answer's.
FIRST_LINE = "Your prediction first. Then run this cell, or click here."


def notebooks() -> list[Path]:
    """Every notebook of the course, in reading order."""
    return [
        p
        for folder in ("notebooks", "notebooks/homework", "solutions")
        for p in sorted((ROOT / folder).glob("*.ipynb"))
    ]


def normalise(nb: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Drop what differs from machine to machine or run to run and says nothing to the reader."""
    nb.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    nb.nbformat, nb.nbformat_minor = 4, 5
    seen: dict[str, int] = {}
    for cell in nb.cells:
        kept = {k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA and v}
        if FOLDED in kept.get("tags", []):  # JupyterLab opens it when the cell is run, a page when it is clicked
            kept["jupyter"] = {"outputs_hidden": True}
            cell.outputs = [first_line(), *(o for o in cell.outputs if o.get("data") != first_line().data)]
        cell.metadata = nbformat.from_dict(kept)
        digest = hashlib.sha256(f"{cell.cell_type}:{cell.source}".encode()).hexdigest()[:12]
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        for output in cell.get("outputs", []):
            output.pop("execution_count", None)
            output.pop("metadata", None)
            if output.output_type in {"display_data", "execute_result"}:
                output.metadata = {}
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
            # A slider's state lives in a kernel: the stored notebook keeps the words, not the state.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return nb


def first_line() -> nbformat.NotebookNode:
    """What stands before a folded output."""
    return nbformat.v4.new_output("display_data", data={"text/plain": FIRST_LINE})


def execute(path: Path) -> str:
    """Run one notebook in a fresh kernel, in its own folder, and store it."""
    nb = nbformat.read(path, as_version=4)
    client = NotebookClient(
        nb,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        coalesce_streams=True,  # what a loop prints is one text, not one for each turn
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return f"{path.name}: FAILED, left as it was\n{error}"
    for cell in nb.cells:
        stderr = [o for o in cell.get("outputs", []) if o.get("name") == "stderr"]
        if stderr:
            return f"{path.name}: FAILED, left as it was: a cell wrote to stderr\n{cell.source}\n{stderr[0].text}"
    text = nbformat.writes(normalise(nb)) + "\n"
    if path.read_text(encoding="utf-8") == text:
        return f"{path.name}: unchanged"
    path.write_text(text, encoding="utf-8", newline="\n")
    return f"{path.name}: stored, {len(text) / 1e6:.2f} MB"


def main(names: list[str]) -> int:
    """Execute the named notebooks (or all), some at a time, and report each."""
    paths = [Path(n).resolve() for n in names] or notebooks()
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        reports = list(pool.map(execute, paths))
    print("\n".join(reports))
    return int(any("FAILED" in r for r in reports))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
