"""How quickly the app answers, and what an open live page costs a training. A benchmark, not a test.

    python -m tests.benchmarks.app_speed [--rounds 5] [--only-live-page]

Prints one JSON object: seconds to the first page of a warm server; seconds from click to finished answer over 20 clicks
on sample data, without and with a training running; seconds from the start button to the first point in the chart; and
the steps per second of one training while its page is open and while it is closed, turn by turn.
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
from pydantic import TypeAdapter

from core import files
from core.experiment import Phase
from core.runs.records import Run
from core.runs.workspace import Workspace
from pages.ui.session.state import Draft
from tests.benchmarks.arms import load
from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, Server, _end, _launch, _wait_until_healthy

BUSY = "document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') !== 'notRunning'"
POINTS = """() => [...document.querySelectorAll('.st-key-train-curves .graft-chart')]
    .some(node => (node._fullData || []).some(trace => trace._length > 0))"""
TITLES = {"home": "Teach"} | {name: name.capitalize() for name in ("data", "augment", "backbone", "train", "results")}
TITLES["predict"] = "Predict"
WINDOW_S, SETTLE_S = 30.0, 7.0  # a page stays open, or closed, for a window; what it does at first is left out


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--only-live-page", action="store_true")
    given = arguments.parse_args()
    before = load()
    with server() as at, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        result: dict[str, object] = {"load_before": before, "first_page_s": first_page(browser, at)}
        workspace = Workspace(at.workspace)
        if not given.only_live_page:
            result |= answers(browser, at, workspace, given.rounds)
        result["live_page"] = live_page_cost(browser, at, workspace, given.rounds)
        browser.close()
    print(json.dumps(result, indent=2))  # noqa: T201


def answers(browser: Browser, at: Server, workspace: Workspace, rounds: int) -> dict[str, object]:
    """Seconds from a click to its answer, without and with a training, and to the first point of a new one."""
    page = open_page(browser, at)
    walk(page)  # once, so that no figure holds a first import
    result: dict[str, object] = {"clicks_idle_s": told(walk(page))}
    result["start_to_first_point_s"] = first_points(page, workspace, rounds)
    run = try_it(page, workspace)
    result["clicks_training_s"] = told(walk(page))
    stop(page, workspace, run)
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


def open_page(browser: Browser, at: Server, path: str = "") -> Page:
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{at.url}/{path}")
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


def newest(workspace: Workspace) -> Run:
    return workspace.store.runs()[0]


def until(condition: Callable[[], bool], timeout_s: float = 120) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.05)


def try_it(page: Page, workspace: Workspace) -> str:
    """Press the home page's button and return the new run's id."""
    before = {run.id for run in workspace.store.runs()}
    go(page, "home")
    page.click(".st-key-home-try button")
    until(lambda: any(run.id not in before for run in workspace.store.runs()))
    return newest(workspace).id


def first_points(page: Page, workspace: Workspace, rounds: int) -> dict[str, float]:
    """Seconds from the click that starts a training to the first point in its chart."""
    seconds = []
    for _ in range(rounds):
        began = time.monotonic()
        run = try_it(page, workspace)
        page.wait_for_function(POINTS, timeout=60_000)
        seconds.append(time.monotonic() - began)
        stop(page, workspace, run)
    return {"median": round(statistics.median(seconds), 2), "slowest": round(max(seconds), 2)}


def stop(page: Page, workspace: Workspace, run: str) -> None:
    go(page, "train")
    page.click(".st-key-train-stop button")
    until(lambda: not workspace.store.run(run).status.live)
    idle(page)


def live_page_cost(browser: Browser, at: Server, workspace: Workspace, pairs: int) -> dict[str, object]:
    """Steps per second of one training while its page is open and while it is closed, turn by turn.

    The ratios are closed/open: 1.05 means that an open page makes the training 5 % slower.
    """
    write_draft(at.workspace)
    page = open_page(browser, at, "train")  # a new session begins with the draft
    page.click(".st-key-train-start button")
    until(lambda: any(len(workspace.store.epochs(run.id)) > 1 for run in workspace.store.live()))
    run = newest(workspace).id
    rates: dict[str, list[float]] = {"open": [], "closed": []}
    for pair in range(pairs):
        if pair:
            page = open_page(browser, at, "train")
        rates["open"].append(steps_per_second(workspace, run))
        page.context.close()
        rates["closed"].append(steps_per_second(workspace, run))
    stop(open_page(browser, at, "train"), workspace, run)
    paired = [closed / opened for opened, closed in zip(rates["open"], rates["closed"], strict=True)]
    medians = {arm: statistics.median(values) for arm, values in rates.items()}
    return {
        "steps_per_s": {arm: [round(value, 2) for value in values] for arm, values in rates.items()},
        "ratio_of_medians": round(medians["closed"] / medians["open"], 3),
        "paired_ratios": [round(ratio, 3) for ratio in paired],
        "median_of_paired_ratios": round(statistics.median(paired), 3),
    }


def write_draft(workspace: Path) -> None:
    """An experiment that lasts: 1000 epochs of the head, every view new, so that nothing is computed only once."""
    head = Phase(stages=("head",), epochs=1000, learning_rate=3e-3)
    draft = Draft(source="sample:stamps", phases=(head,), views="fresh")
    files.write_bytes(workspace / "draft.json", TypeAdapter(Draft).dump_json(draft))


def steps_per_second(workspace: Workspace, run: str) -> float:
    """Over the rest of a window, once what began it is over: opening a page costs something too.

    Whole epochs by the training's own clock: each holds its share of validation, and none waits for a store.
    """
    time.sleep(SETTLE_S)
    first = len(workspace.store.epochs(run))
    time.sleep(WINDOW_S - SETTLE_S)
    ended = workspace.store.epochs(run)
    whole = ended[first + 1 :]  # the one that was running when the window began is not
    steps = whole[-1].step - ended[first].step
    return steps / sum(epoch.seconds for epoch in whole)


if __name__ == "__main__":
    main()
