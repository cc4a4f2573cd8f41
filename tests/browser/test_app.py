"""The app as it opens: pages in order, the sidebar, both themes, wide and narrow."""

import re
from pathlib import Path

import pytest

from core.charts.style import THEMES
from core.runs.workspace import Workspace
from tests.pages.trained import failed

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGES = re.findall(r'"pages/\w+\.py", "(.+?)"', APP.read_text(encoding="utf-8"))


def test_every_page_is_reached_by_its_link(page, server):
    page.goto(server.url)
    links = page.locator(".st-key-way").get_by_role("link")
    links.first.wait_for()
    assert links.locator("strong").all_inner_texts() == PAGES
    for name in PAGES[1:]:
        page.locator(f".st-key-way-{name.lower()} a").click()
        page.wait_for_url(f"**/{name.lower()}")
        page.get_by_role("heading", level=1).first.wait_for()
        assert page.get_by_test_id("stException").count() == 0


def test_file_names_never_flash_up_as_pages(page, server):
    page.add_init_script(
        """new MutationObserver(() => {
            if (document.querySelector('[data-testid=stSidebarNavLink]')) window.flashed = true;
        }).observe(document, {subtree: true, childList: true});"""
    )
    page.goto(server.url)
    page.get_by_role("heading", level=1).first.wait_for()
    assert page.evaluate("() => window.flashed") is None


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1400, 420])
def test_no_screen_is_wider_than_the_window(new_page, server, screenshots, width, dark):
    page = new_page(width=width, dark=dark)
    page.goto(server.url)
    page.get_by_role("heading", level=1).first.wait_for()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.screenshot(path=screenshots / f"home-{width}-{'dark' if dark else 'light'}.png")


@pytest.mark.parametrize("width", [1400, pytest.param(420, marks=pytest.mark.slow)])  # with the sidebar folded away
def test_charts_and_images_follow_a_switch_of_the_theme(new_page, server, width):
    page = new_page(width=width)
    page.goto(server.url + "/data")
    page.get_by_role("heading", level=1).first.wait_for()
    page.locator(".st-key-data-use-stamps button, .st-key-data-classes").first.wait_for()
    if page.locator(".st-key-data-use-stamps button").count():  # the other width's page has not chosen them yet
        page.click(".st-key-data-use-stamps button")
    name, photo = ".graft-chart .ytick text", "[data-testid=stImage] img"
    page.locator(name).first.wait_for()
    source = page.get_attribute(photo, "src")
    for scheme, colour in (("dark", THEMES["dark"].text), ("light", THEMES["light"].text)):
        page.emulate_media(color_scheme=scheme)
        channels = ", ".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
        page.wait_for_function(
            "([css, colour]) => getComputedStyle(document.querySelector(css)).fill === `rgb(${colour})`",
            arg=[name, channels],
        )
        if scheme == "dark":
            page.wait_for_function(
                "old => document.querySelector('[data-testid=stImage] img').getAttribute('src') !== old", arg=source
            )


def test_a_click_anywhere_on_a_row_of_the_results_opens_its_run(page, server, experiment):
    failed(Workspace(server.workspace), experiment, "broken run")
    page.goto(server.url + "/results")
    row = page.locator("[class*=st-key-results-row-]").first
    row.get_by_text("full.").wait_for()  # the row's last line: nothing of it is still to come
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")
    box = row.bounding_box()
    # the row may still move while the page settles: this click waits until it stands still
    row.click(position={"x": box["width"] - 6, "y": box["height"] - 6})
    page.get_by_role("heading", level=1, name="broken run").wait_for()
    assert "?run=" in page.url
