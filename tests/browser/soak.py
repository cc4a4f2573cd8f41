"""Hours in minutes: tabs that load, change pages and draw previews while a training runs. Prints a line per minute.

`python -m tests.browser.soak --minutes 20 --tabs 4`. Memory and open files should be flat after the first minutes.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from core.experiment import Phase
from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, Server, _end, _launch, _wait_until_healthy
from tests.conftest import make_experiment

PAGES = ("", "data", "augment", "backbone", "train", "results", "predict")


def usage(pid: int) -> dict[str, int]:
    """Resident memory in MB, open files, threads of a process (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text().split("\n")
    values = {line.split(":")[0]: line.split()[1] for line in status if ":" in line and len(line.split()) > 1}
    return {
        "mb": int(values["VmRSS"]) // 1024,
        "files": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": int(values["Threads"]),
    }


def prepare(folder: Path) -> Path:
    """A workspace whose draft is the stamps sample with a small network, and a long training in it."""
    from pydantic import TypeAdapter

    from pages.ui.session.state import Draft

    stages = ("head",)
    small = make_experiment("sample:stamps", phases=(Phase(stages=stages, epochs=900),))
    draft = Draft(source="sample:stamps", backbone=small.backbone, phases=small.phases, views=2)
    folder.mkdir(parents=True)
    (folder / "draft.json").write_bytes(TypeAdapter(Draft).dump_json(draft))
    return folder


def soak(server: Server, minutes: float, tabs: int, report=print) -> list[dict[str, int]]:
    """Load pages in `tabs` tabs, one after the other, and measure the server every minute; the measurements."""
    from playwright.sync_api import Error, sync_playwright

    measured, loads, failed = [usage(server.pid)], 0, 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, headless=True)
        contexts = [browser.new_context(viewport={"width": 1000, "height": 700}) for _ in range(tabs)]
        pages = [context.new_page() for context in contexts]
        began = time.monotonic()
        while time.monotonic() - began < minutes * 60:
            for number, page in enumerate(pages):
                try:
                    _visit(page, server.url, PAGES[(loads // tabs + number) % len(PAGES)], first=loads < tabs)
                except Error:
                    failed += 1
                loads += 1
            if time.monotonic() - began >= len(measured) * 60:
                measured.append(usage(server.pid) | {"loads": loads, "failed": failed})
                report(f"minute {len(measured) - 1}: {measured[-1]}", flush=True)
        browser.close()
    time.sleep(20)  # what closed sessions held is given up
    measured.append(usage(server.pid) | {"loads": loads, "failed": failed})
    report(f"after all tabs are closed: {measured[-1]}", flush=True)
    return measured


def _visit(page, url: str, name: str, first: bool) -> None:
    page.set_default_timeout(20_000)
    page.goto(f"{url}/{name}")
    page.wait_for_selector("[data-testid=stMain] [data-testid=stElementContainer]")
    start = page.locator(".st-key-train-start button")
    if name == "train" and start.count() and start.is_enabled():
        start.click()
    page.wait_for_timeout(700)


def main() -> None:
    """Start a server, soak it, and end with what grew after the first quarter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--tabs", type=int, default=4)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="graft-soak-"))
    workspace = prepare(folder / "workspace")
    process, port = _launch(ROOT / "app.py", workspace, folder / "log.txt")
    server = Server("127.0.0.1", port, process.pid, workspace, folder / "log.txt")
    try:
        _wait_until_healthy(server, process)
        sys.stdout.write(f"server {process.pid} on {server.url}, log {server.log}\n")
        measured = soak(server, asked.minutes, asked.tabs)
        warm = measured[max(1, len(measured) // 4)]
        grown = {what: measured[-2][what] - warm[what] for what in ("mb", "files", "threads")}
        sys.stdout.write(f"grown from minute {max(1, len(measured) // 4)} on: {grown}\n")
    finally:
        _end(process)


if __name__ == "__main__":
    main()
