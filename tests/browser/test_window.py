"""What only a browser can show: a page begins at its top, the drawer folds away, a tab keeps its own experiment."""

import pytest

from tests.conftest import make_images

SCROLL = "() => document.querySelector('[data-testid=stMain]').scrollTop"
SETTLED = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"


def choose(page, server, sample):
    page.goto(server.url + "/data")
    page.get_by_role("heading", level=1, name="Data").wait_for()
    page.locator(f".st-key-data-use-{sample} button, .st-key-data-change button").first.wait_for()
    if page.locator(".st-key-data-change button").count():
        page.click(".st-key-data-change button")
    page.click(f".st-key-data-use-{sample} button")
    page.locator(".st-key-data-classes .ytick text").first.wait_for()


@pytest.mark.slow
def test_the_next_page_opens_at_its_top(page, server):
    choose(page, server, "stamps")
    page.locator(".st-key-data-next button").scroll_into_view_if_needed()
    assert page.evaluate(SCROLL) > 100
    page.click(".st-key-data-next button")
    page.get_by_role("heading", level=1, name="Augment").wait_for()
    page.wait_for_function(f"{SETTLED} && ({SCROLL})() === 0")
    page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTo(0, 120)")
    page.locator(".st-key-augment-preset button").nth(2).click()
    page.wait_for_function(SETTLED)
    assert page.evaluate(SCROLL) > 0, "a click on the page leaves it where it is"


def test_what_was_chosen_is_shown_from_its_top(new_page, server, tmp_path):
    page = new_page(width=420)
    choose(page, server, "signs")
    folder = make_images(tmp_path / "mine", per_class=5)
    page.click(".st-key-data-change button")
    page.wait_for_function(SETTLED)  # the chooser is drawn: it does not move any more
    page.fill(".st-key-data-path input", str(folder))
    page.locator(".st-key-data-path-use button").scroll_into_view_if_needed()
    page.wait_for_function(f"({SCROLL})() > 100")
    page.click(".st-key-data-path-use button")
    page.locator(".st-key-data-head").get_by_text("mine", exact=True).wait_for()
    page.wait_for_function(f"{SETTLED} && ({SCROLL})() === 0")


def test_the_drawer_of_a_narrow_screen_closes_when_a_page_is_chosen(new_page, server):
    page = new_page(width=420)
    page.goto(server.url)
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_function(SETTLED)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.locator(".st-key-way-train a").click()
    page.get_by_role("heading", level=1, name="Train").wait_for()
    page.get_by_test_id("stExpandSidebarButton").wait_for()  # there is nothing to expand while the drawer is open
    page.wait_for_function("() => document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().x < -200")


@pytest.mark.slow
def test_a_reload_keeps_the_images_of_its_own_tab(page, server):
    choose(page, server, "stamps")
    other = page.context.new_page()
    choose(other, server, "signs")
    for tab, name in ((page, "Stamps"), (other, "Signs"), (page, "Stamps")):
        tab.reload()
        tab.locator(".st-key-data-head").get_by_text(name, exact=True).wait_for()
        tab.wait_for_function(SETTLED)
        assert tab.locator(".st-key-data-head h3").inner_text() == name
    other.locator(".st-key-way-home a").click()
    other.locator(".st-key-home-own button").click()
    other.locator(".st-key-data-path").wait_for()  # the chooser, though images are chosen
