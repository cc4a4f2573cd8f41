"""Makes the screenshots of the README, by hand: start `graft app --port 8599` on a new workspace, then
`python -m tests.browser.readme_images http://127.0.0.1:8599`.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.test_walk import go, idle

IMAGES = Path(__file__).resolve().parents[2] / ".github" / "images"
WIDTH, HEIGHT = 1400, 1000
COLOURS = 256  # of the stored PNG: a third of the size, and no difference that one sees
DONE_MS = 900_000


def main(url: str) -> None:
    """The Augment page with views of the stamps, and the Train page with the default training on the signs."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(url)
        page.wait_for_selector("h1")
        idle(page)
        _use(page, "stamps")
        go(page, "augment", "Augment")
        page.wait_for_selector(".st-key-augment-preview img")
        _keep(page, "augment")
        _use(page, "signs")
        go(page, "train", "Train")
        page.click(".st-key-train-start button")
        page.wait_for_selector(".st-key-train-results button", timeout=DONE_MS)
        _keep(page, "train")
        browser.close()


def _use(page: Page, sample: str) -> None:
    go(page, "data", "Data")
    if page.locator(".st-key-data-change button").count():
        page.click(".st-key-data-change button")
        idle(page)
    page.click(f".st-key-data-use-{sample} button")
    idle(page)


def _keep(page: Page, name: str) -> None:
    idle(page)
    page.mouse.move(WIDTH - 1, HEIGHT // 2)  # over nothing
    page.wait_for_timeout(1500)  # what fades in has done so
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
