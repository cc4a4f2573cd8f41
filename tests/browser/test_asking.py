"""A folder that can be read in several ways, as a person meets it: asked, answered, read differently."""

import re

import pytest

from tests.browser.test_walk import healthy, idle, opened
from tests.conftest import make_images

COUNTS = {"color": {"rust": 5, "spot": 4}, "gray": {"rust": 3, "spot": 6}}


@pytest.fixture
def variants(tmp_path):
    for seed, (top, classes) in enumerate(COUNTS.items()):
        for number, (name, count) in enumerate(classes.items()):
            make_images(tmp_path / "leaves" / top, classes=(name,), per_class=count, seed=10 * seed + number)
    return tmp_path / "leaves"


def click(page, key):
    page.click(f".st-key-{key} button:visible")
    idle(page)


def images(page, count):
    """The page comes to say so many images."""
    page.locator(".st-key-data-numbers").filter(has_text=re.compile(rf"Images\s*{count}Classes")).wait_for()
    idle(page)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1400, False), (420, True)])
def test_an_unclear_folder_is_asked_about_and_the_answer_can_be_changed(server, new_page, variants, width, dark):
    page = new_page(width, dark=dark)
    opened(page, server, "/data")
    if page.locator(".st-key-data-change").count():  # chosen by the test before
        click(page, "data-change")
    page.fill(".st-key-data-path input", str(variants))
    click(page, "data-path-use")
    page.wait_for_selector("h3:has-text('How should “leaves” be read?')")
    cards = page.locator("[class*='st-key-data-way-card-']")
    assert cards.count() == 4
    assert "2 classes: rust 3, spot 6" in cards.nth(1).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut at the side"
    click(page, "data-way-1")
    page.wait_for_selector(".st-key-data-reading")
    images(page, 9)
    assert "9 images in 2 classes" in page.locator(".st-key-way-data").text_content()
    assert "Only the folder 'gray' is read" in page.inner_text(".st-key-data-reading")
    click(page, "data-read-differently")
    assert page.locator(".st-key-data-way-1 button:visible").is_disabled()
    click(page, "data-way-2")
    images(page, 18)
    page.reload()
    images(page, 18)  # the answer outlives the session
    healthy(page)
