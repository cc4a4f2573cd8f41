"""How quickly the Augment page answers. A benchmark, not a test.

    python -m tests.benchmarks.augment_speed [--rounds 30] [--only-engine]

Prints one JSON object. `engine_ms`: twelve views of sample images at 224 px after a parameter was changed, pipeline
and all, for each classic transform always applied; images are decoded already, as they are on the page. `browser_ms`:
from the release of a slider of a step to its new pixels on the screen, twelve views and their originals, in a real
browser on the same machine. An image counts as on the screen once it is loaded, decoded and painted.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from pydantic import TypeAdapter

from core import files
from core.augment import catalogue
from core.augment.steps import default_step
from core.backbones import catalogue as backbones
from core.data.sources import load_dataset
from core.experiment import PipelineSpec, Step
from core.features.batches import ImageViews
from pages.ui.session.state import Draft
from tests.benchmarks.app_speed import idle, open_page, server
from tests.benchmarks.arms import load
from tests.browser.conftest import ARGUMENTS, CHROMIUM

ITEMS, VIEWS = 4, 3
IMAGE = ".st-key-augment-preview img"
SLIDER = "[class*=st-key-augment-params-] [data-testid=stSlider]"
# resolves with the milliseconds from the release of the mouse to the frame in which another image is painted
WATCH = """css => { window.painted = new Promise(done => {
    const old = document.querySelector(css).src;
    document.addEventListener('pointerup', () => {
        const released = performance.now();
        const look = () => {
            const image = document.querySelector(css);
            if (!image || image.src === old || !image.complete) return requestAnimationFrame(look);
            image.decode().then(() => requestAnimationFrame(() => done(performance.now() - released)), look);
        };
        look();
    }, { once: true, capture: true });
}); }"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=30)
    arguments.add_argument("--only-engine", action="store_true")
    given = arguments.parse_args()
    result: dict[str, object] = {"load_before": load(), "engine_ms": engine(given.rounds)}
    if not given.only_engine:
        result["browser_ms"] = browser(given.rounds)
    print(json.dumps(result, indent=2))  # noqa: T201


def engine(rounds: int) -> dict[str, object]:
    """Twelve views per transform and round, one transform after the other, so that no round is warmer than another."""
    with tempfile.TemporaryDirectory() as folder:
        dataset = load_dataset("sample:stamps", Path(folder))
    items = dataset.items[:: len(dataset.items) // ITEMS][:ITEMS]
    image_views = ImageViews(PipelineSpec(), backbones.geometry(backbones.get("efficientnet_lite0"), 224), seed=0)
    for item in items:
        image_views.plain(item)
    times: dict[str, list[float]] = {name: [] for name in catalogue.CLASSIC}
    for number in range(rounds + 1):
        for name, taken in times.items():
            step = default_step(name).model_copy(update={"p": 1.0})
            began = time.perf_counter()
            changed = image_views.under(PipelineSpec(steps=(step,), strength=1 - 0.001 * number))
            for item in items:
                for view in range(VIEWS):
                    changed.view(item, view)
            taken.append(1000 * (time.perf_counter() - began))
    warm = {name: taken[1:] for name, taken in times.items()}  # the first one loads
    slowest = max(warm, key=lambda name: p95(warm[name]))
    every = [value for taken in warm.values() for value in taken]
    return told(every) | {"slowest": slowest, "slowest_p95": round(p95(warm[slowest]), 1)}


def browser(rounds: int) -> dict[str, object]:
    """One slider of a step of a pipeline of four, moved to and fro."""
    pipeline = PipelineSpec(steps=tuple(map(sure, ("Rotate", "RandomResizedCrop", "HorizontalFlip", "ColorJitter"))))
    with server() as at, sync_playwright() as playwright:
        files.write_bytes(
            at.workspace / "draft.json",
            TypeAdapter(Draft).dump_json(Draft(source="sample:stamps", pipeline=pipeline)),
        )
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = open_page(chromium, at, "augment")
        page.wait_for_selector(IMAGE, timeout=180_000)  # the libraries load first
        page.click("[class*=st-key-augment-edit-] button >> nth=0")
        page.wait_for_selector(SLIDER)
        idle(page)
        times = [released(page, 0.2 + 0.6 * (number % 7) / 6) for number in range(rounds + 3)]
        chromium.close()
    return told(times[3:])


def sure(name: str) -> Step:
    return default_step(name).model_copy(update={"p": 1.0})


def released(page: Page, share: float) -> float:
    """Drag the slider to a share of its track; milliseconds from its release to new pixels."""
    slider = page.locator(SLIDER).first
    slider.scroll_into_view_if_needed()
    knob = slider.locator("[data-testid=stSliderThumbValue] >> xpath=..").bounding_box()
    track = slider.bounding_box()
    assert knob is not None
    assert track is not None
    page.mouse.move(knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2)
    page.mouse.down()
    page.mouse.move(track["x"] + share * track["width"], knob["y"] + knob["height"] / 2, steps=5)
    page.wait_for_timeout(400)  # what was sent while it was dragged is over
    idle(page)
    page.evaluate(WATCH, IMAGE)
    page.mouse.move(track["x"] + (share + 0.05) * track["width"], knob["y"] + knob["height"] / 2)
    page.mouse.up()
    taken: float = page.evaluate("window.painted")
    idle(page)
    return taken


def told(milliseconds: Sequence[float]) -> dict[str, object]:
    return {
        "times": len(milliseconds),
        "median": round(statistics.median(milliseconds), 1),
        "p95": round(p95(milliseconds), 1),
        "slowest": round(max(milliseconds), 1),
    }


def p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[max(0, round(0.95 * len(ordered)) - 1)]


if __name__ == "__main__":
    main()
