"""The augmentation lab as a person uses it: build, break and mend, check the labels, save, reload, load."""

import re
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.slow
SLOW_MS = 120_000
SCREENING_MS = 600_000  # five pipelines on 240 images: seconds, unless the machine does other things as well
BUSY = "document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') !== 'notRunning'"
IMAGE = ".st-key-augment-preview img"
STEPS = ("HorizontalFlip", "Rotate", "RandomBrightnessContrast", "Crop")


def idle(page):
    page.wait_for_function(f"!({BUSY})", timeout=SLOW_MS)
    page.wait_for_timeout(150)
    page.wait_for_function(f"!({BUSY})", timeout=SLOW_MS)


def opened(page, server, path):
    page.goto(f"{server.url}/{path}")
    page.wait_for_selector("h1", timeout=SLOW_MS)
    idle(page)


def healthy(page):
    assert page.locator("[data-testid=stException]").count() == 0
    assert "Traceback" not in page.inner_text("body")


def cards(page) -> list[str]:
    return [text.split("\n")[0] for text in page.locator("[class*=st-key-augment-on-] label").all_inner_texts()]


def has_cards(page, count: int):
    """Wait until so many steps are on the page: a page that has just been loaded is idle before it is drawn."""
    page.wait_for_function(
        "count => document.querySelectorAll('[class*=st-key-augment-on-] label').length === count",
        arg=count,
        timeout=SLOW_MS,
    )
    idle(page)


def pixels(page) -> str:
    page.wait_for_selector(IMAGE, timeout=SLOW_MS)
    return page.get_attribute(IMAGE, "src")


def changed(page, before: str) -> str:
    page.wait_for_function(
        "([css, old]) => { const img = document.querySelector(css); return img && img.src && !img.src.endsWith(old); }",
        arg=[IMAGE, before],
        timeout=SLOW_MS,
    )
    return pixels(page)


def add(page, name: str, words: str):
    """Through the list, by a word of its title."""
    page.click(".st-key-augment-add button")
    page.fill("[role=dialog] input", words)
    page.click(f".st-key-augment-add-{name} button")
    page.wait_for_selector("[role=dialog]", state="detached")
    idle(page)


def open_files(page):
    page.click(".st-key-augment-file button")
    page.click("[role=tab]:has-text('Files')")
    idle(page)
    assert page.get_attribute("[role=tab]:has-text('Files')", "aria-selected") == "true"


def typed(page, label: str, value: str):
    box = page.get_by_label(label, exact=True)
    box.fill(value)
    box.press("Enter")
    idle(page)


def test_a_pipeline_is_built_broken_fixed_checked_saved_and_loaded(page, server, screenshots):
    page.set_default_timeout(SLOW_MS)
    opened(page, server, "data")
    page.click(".st-key-data-use-signs button")
    page.wait_for_selector("text=turn-left")
    opened(page, server, "augment")
    page.click(".st-key-augment-preset button:has-text('None')")
    page.wait_for_selector("text=No step yet")
    plain = pixels(page)
    for name, words in zip(STEPS, ("flip left", "rotate", "brightness", "crop"), strict=True):
        add(page, name, words)
    for card, title in zip(
        cards(page), ("Flip left-right", "Rotate", "Brightness and contrast", "Fixed crop"), strict=True
    ):
        assert card.startswith(title)
    good = changed(page, plain)

    typed(page, "Left (px)", "1000")  # the right edge of the crop lies left of it
    page.wait_for_selector("[class*=st-key-augment-card-] :text('must be greater than')")
    page.wait_for_selector("text=The last preview that worked")
    assert pixels(page) == good
    page.screenshot(path=screenshots / "augment-broken.png")
    typed(page, "Left (px)", "20")
    changed(page, good)
    assert page.locator("text=must be greater than").count() == 0
    healthy(page)

    page.click(".st-key-safety-check button")
    page.wait_for_selector(".st-key-augment-safety :text('Destroys labels')", timeout=SCREENING_MS)
    idle(page)
    assert re.search(r"turn-(left|right)", page.inner_text(".st-key-augment-safety"))
    page.screenshot(path=screenshots / "augment-red.png", full_page=True)

    open_files(page)
    with page.expect_download(timeout=SLOW_MS) as download:
        page.click(".st-key-augment-save button")
    saved = Path(download.value.path()).read_bytes()
    assert [step["transform"] for step in yaml.safe_load(saved)["steps"]] == list(STEPS)

    page.reload()
    page.wait_for_selector("h1", timeout=SLOW_MS)
    has_cards(page, len(STEPS))  # a reload goes on with the pipeline as it was
    kept = pixels(page)
    page.click(".st-key-augment-preset button:has-text('None')")
    page.wait_for_selector("text=No step yet")
    has_cards(page, 0)
    unchanged = changed(page, kept)
    open_files(page)
    file = {"name": "mine.yaml", "mimeType": "application/yaml", "buffer": saved}
    page.set_input_files(".st-key-augment-load input[type=file]", file)
    page.wait_for_selector("text=Loaded 4 steps")
    page.keyboard.press("Escape")
    has_cards(page, len(STEPS))
    assert changed(page, unchanged) == kept, "the same pipeline makes the same pixels"
    healthy(page)
    page.screenshot(path=screenshots / "augment-loaded.png")
