"""Drive one lesson in a real JupyterLab and a real Chromium: ``python tools/browser_check.py NOTEBOOK [CHROMIUM]``.

Opens a copy (JupyterLab saves by itself), runs all cells, moves the first slider with its keys, and reports: errors,
the time from key to new picture, and every address outside this machine that the page asked for. A screenshot goes to
the working folder. Needs playwright (``pip install playwright``) and a Chromium of the system's.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from lab import lab_command
from playwright.sync_api import sync_playwright

CHROMIUM_OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]
# The toolbar says "idle" before a kernel is connected, and "run all" does nothing then: wait for the session itself.
KERNEL_READY = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.sessionContext;
    const kernel = session?.session?.kernel;
    return session?.isReady && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""
RUN_ALL = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
PICTURE = ".jupyter-widgets img.widget-image"
PICTURE_SOURCE = f"() => document.querySelector('{PICTURE}')?.src"
PICTURE_CHANGED = (
    f"old => {{ const i = document.querySelector('{PICTURE}'); return i && i.complete && i.src !== old; }}"
)
HANDLE = ".jupyter-widgets.widget-slider .noUi-handle"


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """JupyterLab in a folder, without news, without saving by itself, and with nothing of this user's settings."""
    own = {f"JUPYTER_{name}_DIR": str(folder / f".{name}") for name in ("CONFIG", "RUNTIME", "DATA")}
    command = [*lab_command(Path(sys.executable), folder), "--no-browser", f"--port={port}", "--expose-app-in-browser"]
    return subprocess.Popen(
        command,
        env=os.environ | own | {"JUPYTER_TOKEN": "check"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )


def wait_for(address: str) -> None:
    """Return when a server answers."""
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{address} does not answer")


def drive(page: Any, address: str, shot: Path) -> dict[str, Any]:
    """Run the lesson, move its first slider, and say what happened."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_function(KERNEL_READY, timeout=60_000)
    started = time.perf_counter()
    page.evaluate(RUN_ALL)
    seconds = time.perf_counter() - started
    errors = page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count()
    page.locator(PICTURE).first.wait_for(timeout=30_000)
    handle = page.locator(HANDLE).first
    handle.scroll_into_view_if_needed()
    handle.focus()
    delays, old = [], page.evaluate(PICTURE_SOURCE)
    at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    there_and_back = ["ArrowLeft", "ArrowRight"] if at_the_end else ["ArrowRight", "ArrowLeft"]
    for key in there_and_back * 8:
        pressed = time.perf_counter()
        page.keyboard.press(key)
        page.wait_for_function(PICTURE_CHANGED, arg=old, polling="raf", timeout=20_000)
        delays.append(1e3 * (time.perf_counter() - pressed))
        old = page.evaluate(PICTURE_SOURCE)
        page.wait_for_timeout(50)
    page.screenshot(path=str(shot))
    return {
        "seconds to run all cells": round(seconds, 1),
        "errors": errors,
        "ms from key to picture, median": round(statistics.median(delays)),
        "ms from key to picture, largest": round(max(delays)),
        "asked outside": sorted({a for a in asked if "127.0.0.1" not in a and not a.startswith(("data:", "blob:"))}),
    }


def main(notebook: str, chromium: str = "") -> int:
    """Drive one notebook and print the report; its screenshot goes to the working folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "a copy"
        folder.mkdir()
        shutil.copy(notebook, folder / "lesson.ipynb")
        server = start(folder, port)
        try:
            wait_for(f"http://127.0.0.1:{port}/api/status?token=check")
            with sync_playwright() as playwright:
                path = chromium or shutil.which("chromium") or shutil.which("google-chrome")
                browser = playwright.chromium.launch(executable_path=path, headless=True, args=CHROMIUM_OPTIONS)
                page = browser.new_context(viewport={"width": 1400, "height": 1400}).new_page()
                address = f"http://127.0.0.1:{port}/lab/tree/lesson.ipynb?token=check&reset"
                report = drive(page, address, Path(f"{Path(notebook).stem}.png"))
                browser.close()
        finally:
            server.terminate()
            server.wait(30)
    print(json.dumps(report, indent=1))
    return int(bool(report["errors"] or report["asked outside"]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
