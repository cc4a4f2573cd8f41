"""How quickly the app answers, and what an open live page costs a training. A benchmark, not a test.

    python -m tests.benchmarks.app_speed [--rounds 5]

Prints one JSON object: seconds to the first page of a warm server; seconds from click to finished answer over 20 clicks
on sample data, without and with a training running; seconds from the start button to the first point in the chart; and
the ratio of images per second with a live page open to those with none, interleaved.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from core.runs.records import Run
from core.runs.workspace import Workspace
from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, Server, _end, _launch, _wait_until_healthy

BUSY = "document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') !== 'notRunning'"
POINTS = """() => [...document.querySelectorAll('.st-key-train-curves .graft-chart')]
    .some(node => (node._fullData || []).some(trace => trace._length > 0))"""
TITLES = {"home": "Teach"} | {name: name.capitalize() for name in ("data", "augment", "backbone", "train", "results")}
TITLES["predict"] = "Predict"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--only-live-page", action="store_true")
    given = arguments.parse_args()
    rounds = given.rounds
    with server() as at, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        result: dict[str, object] = {"first_page_s": first_page(browser, at)}
        room = Workspace(at.workspace)
        if not given.only_live_page:
            result |= answers(browser, at, room, rounds)
        result["live_page"] = live_page_cost(browser, at, room, rounds)
        browser.close()
    print(json.dumps(result, indent=2))  # noqa: T201


def answers(browser: Browser, at: Server, room: Workspace, rounds: int) -> dict[str, object]:
    """Seconds from a click to its answer, without and with a training, and to the first point of a new one."""
    page = open_page(browser, at)
    walk(page)  # once, so that no figure holds a first import
    result: dict[str, object] = {"clicks_idle_s": told(walk(page))}
    result["start_to_first_point_s"] = first_points(page, room, rounds)
    run = try_it(page, room)
    result["clicks_training_s"] = told(walk(page))
    stop(page, room, run)
    page.context.close()
    return result


@contextmanager
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        workspace, log = Path(folder) / "workspace", Path(folder) / "log.txt"
        process, port = _launch(ROOT / "app.py", workspace, log)
        at = Server("127.0.0.1", port, process.pid, workspace, log)
        try:
            _wait_until_healthy(at, process)
            yield at
        finally:
            _end(process)


def open_page(browser: Browser, at: Server) -> Page:
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(at.url)
    page.wait_for_selector("h1")
    idle(page)
    return page


def first_page(browser: Browser, at: Server) -> dict[str, float]:
    """Seconds from asking for the page to its first text: the first visitor, then the median of five."""
    seconds = []
    for number in range(6):
        began = time.monotonic()
        page = browser.new_context().new_page()
        page.goto(at.url, wait_until="commit")
        page.wait_for_selector("h1", timeout=60_000)
        seconds.append(time.monotonic() - began)
        if number == 0:
            time.sleep(25)  # the libraries load behind the first page
        page.context.close()
    return {"first": round(seconds[0], 2), "warm_median": round(statistics.median(seconds[1:]), 2)}


def idle(page: Page) -> None:
    """Wait until the script has been at rest for 60 ms."""
    page.wait_for_function(f"!({BUSY})")
    page.wait_for_timeout(60)
    page.wait_for_function(f"!({BUSY})")


def answered(page: Page, click: Callable[[], None]) -> float:
    began = time.monotonic()
    click()
    page.wait_for_timeout(20)
    idle(page)
    return time.monotonic() - began - 0.08  # the two waits of our own


def go(page: Page, name: str) -> float:
    def click() -> None:
        page.click(f".st-key-way-{name} a")
        page.wait_for_selector(f"h1:has-text('{TITLES[name]}')")

    return answered(page, click)


def walk(page: Page) -> list[float]:
    """Twenty clicks on sample data: pages, presets, previews, stages."""
    seconds = [go(page, "data")]
    if page.locator(".st-key-data-use-stamps button").count():
        seconds.append(answered(page, lambda: page.click(".st-key-data-use-stamps button")))
    seconds.append(go(page, "augment"))
    for _ in range(4):
        seconds.append(answered(page, lambda: page.click(".st-key-augment-roll button")))
    seconds += [go(page, name) for name in ("backbone", "train", "results", "predict", "data", "augment", "backbone")]
    quick = page.locator(".st-key-backbone-phase1-quick button:visible")
    quick.nth(2).wait_for()
    for _ in range(2):
        seconds.append(answered(page, lambda: quick.nth(2).click()))
        seconds.append(answered(page, lambda: quick.nth(1).click()))
    while len(seconds) < 20:
        seconds.append(go(page, ("augment", "train", "results")[len(seconds) % 3]))
    return seconds


def told(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "clicks": len(ordered),
        "median": round(statistics.median(ordered), 3),
        "p95": round(ordered[max(0, round(0.95 * len(ordered)) - 1)], 3),
        "slowest": round(ordered[-1], 3),
    }


def newest(room: Workspace) -> Run:
    return room.store.runs()[0]


def until(condition: Callable[[], bool], timeout_s: float = 120) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.05)


def try_it(page: Page, room: Workspace) -> str:
    """Press the home page's button and return the new run's id."""
    before = {run.id for run in room.store.runs()}
    go(page, "home")
    page.click(".st-key-home-try button")
    until(lambda: any(run.id not in before for run in room.store.runs()))
    return newest(room).id


def first_points(page: Page, room: Workspace, rounds: int) -> dict[str, float]:
    """Seconds from the click that starts a training to the first point in its chart."""
    seconds = []
    for _ in range(rounds):
        began = time.monotonic()
        run = try_it(page, room)
        page.wait_for_function(POINTS, timeout=60_000)
        seconds.append(time.monotonic() - began)
        stop(page, room, run)
    return {"median": round(statistics.median(seconds), 2), "slowest": round(max(seconds), 2)}


def stop(page: Page, room: Workspace, run: str) -> None:
    go(page, "train")
    page.click(".st-key-train-stop button")
    until(lambda: not room.store.run(run).status.live)
    idle(page)


def live_page_cost(browser: Browser, at: Server, room: Workspace, rounds: int, epochs: int = 7) -> dict[str, object]:
    """Seconds per epoch of head-only training with a live page open and with none, turn by turn."""
    seconds: dict[str, list[float]] = {"open": [], "closed": []}
    for _ in range(rounds):
        for arm in seconds:
            page = open_page(browser, at)
            run = try_it(page, room)
            if arm == "closed":
                page.context.close()
            until(lambda run=run: len(room.store.epochs(run)) >= epochs)
            seconds[arm].append(statistics.median(epoch.seconds for epoch in room.store.epochs(run)[1:epochs]))
            if arm == "closed":
                page = open_page(browser, at)
            stop(page, room, run)
            page.context.close()
    medians = {arm: statistics.median(values) for arm, values in seconds.items()}
    return {"epoch_s": {arm: [round(v, 3) for v in values] for arm, values in seconds.items()},
            "ratio": round(medians["open"] / medians["closed"], 3)}  # fmt: skip


if __name__ == "__main__":
    main()
