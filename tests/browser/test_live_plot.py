"""The live chart in a real browser: one node, one zoom, one download of plotly.js."""

from pathlib import Path

import pytest

APPS = Path(__file__).parent / "apps"
RANGE = "() => window.gd()._fullLayout.xaxis.range.map(Number)"
POINTS = "() => window.gd().data[0].x.length || window.gd()._fullData[0]._length"
FIND = """() => { window.charts = () => [...document.querySelectorAll('.graft-chart')];
                  window.gd = () => window.charts()[0]; }"""
DRAWN = "() => window.charts().length == 2 && window.charts().every(node => node?._fullLayout?.xaxis)"


@pytest.fixture(scope="module")
def charts_server(start_server):
    return start_server(APPS / "live_plot.py")


def open_charts(page, server):
    page.goto(server.url)
    page.evaluate(FIND)
    page.wait_for_function(DRAWN)


def drag_area(page):
    """Left, top, width and height of the first chart's plot, once it stands still: a page that is drawn moves it."""
    before, now = None, ()
    while now != before:
        if before is not None:
            page.wait_for_timeout(200)
        before, now = (
            now,
            page.evaluate(
                """() => { const r = window.gd().querySelector('.nsewdrag').getBoundingClientRect();
                       return [r.left, r.top, r.width, r.height]; }"""
            ),
        )
    return now


def zoom(page):
    left, top, width, height = drag_area(page)
    page.mouse.move(left + width * 0.2, top + height * 0.2)
    page.mouse.down()
    page.mouse.move(left + width * 0.6, top + height * 0.7, steps=8)
    page.mouse.up()
    page.wait_for_function("() => window.gd()._fullLayout.xaxis.autorange === false")


def test_ten_updates_keep_the_node_and_the_zoom(page, charts_server, screenshots):
    open_charts(page, charts_server)
    zoom(page)
    page.evaluate("() => { window.kept = window.gd(); window.svg = window.gd().querySelector('svg'); }")
    before, points = page.evaluate(RANGE), page.evaluate(POINTS)
    page.wait_for_function(f"() => ({POINTS})() >= {points + 10}")
    assert page.evaluate("() => window.kept === window.gd() && window.svg === window.gd().querySelector('svg')")
    assert page.evaluate(RANGE) == before
    page.screenshot(path=screenshots / "live-plot.png")


def test_a_drag_outlives_the_updates_in_its_middle(page, charts_server):
    open_charts(page, charts_server)
    left, top, width, height = drag_area(page)
    page.mouse.move(left + width * 0.2, top + height * 0.2)
    page.mouse.down()
    page.mouse.move(left + width * 0.3, top + height * 0.4, steps=4)
    ticks = page.get_by_text("ticks")
    before = ticks.inner_text()
    page.wait_for_function("text => !document.body.innerText.includes(text)", arg=f"{before}\n")
    page.wait_for_timeout(1000)
    page.mouse.move(left + width * 0.6, top + height * 0.7, steps=4)
    page.mouse.up()
    page.wait_for_function("() => window.gd()._fullLayout.xaxis.autorange === false")


@pytest.mark.slow
def test_a_double_click_follows_the_data_again(page, charts_server):
    open_charts(page, charts_server)
    zoom(page)
    left, top, *_ = drag_area(page)
    follows = "() => window.gd()._fullLayout.xaxis.autorange === true"
    for _ in range(10):  # on a busy machine the two clicks may come too far apart to be a double one
        page.mouse.dblclick(left + 60, top + 60)
        page.wait_for_timeout(1000)
        if page.evaluate(follows):
            break
    assert page.evaluate(follows)


def test_a_new_key_is_a_new_chart(page, charts_server):
    open_charts(page, charts_server)
    zoom(page)
    page.evaluate("() => { window.kept = window.gd(); }")
    page.get_by_role("button", name="New chart").click()
    page.wait_for_function("() => window.gd() !== window.kept && window.gd()?._fullLayout?.xaxis.autorange === true")
    page.wait_for_function("() => window.kept._fullLayout === undefined")  # it is cleaned up, perhaps a moment later


def test_charts_come_back_after_another_page_and_load_the_script_once(page, charts_server):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "plotly.min.js" in request.url else None)
    open_charts(page, charts_server)
    page.get_by_role("link", name="Other").click()
    page.get_by_role("heading", name="Other page").wait_for()
    page.get_by_role("link", name="Charts").click()
    page.wait_for_function(DRAWN)
    assert len(asked) == 1


@pytest.mark.slow
def test_the_browser_keeps_the_script_over_a_reload(page, charts_server):
    open_charts(page, charts_server)
    page.reload()
    page.evaluate(FIND)
    page.wait_for_function(DRAWN)
    sizes = page.evaluate(
        "() => performance.getEntriesByType('resource').filter(e => e.name.includes('plotly.min.js'))"
        ".map(e => [e.transferSize, e.decodedBodySize])"
    )
    assert [(sent, size > 4_000_000) for sent, size in sizes] == [(0, True)]


def test_the_chart_is_as_wide_as_its_container(page, charts_server):
    open_charts(page, charts_server)
    page.set_viewport_size({"width": 700, "height": 800})
    page.wait_for_function("() => Math.abs(window.gd()._fullLayout.width - window.gd().offsetWidth) < 2")
    assert page.evaluate("() => window.gd().offsetWidth") < 700


@pytest.mark.parametrize("dark", [False, True])
def test_text_contrasts_with_the_background(new_page, charts_server, dark, screenshots):
    page = new_page(dark=dark)
    open_charts(page, charts_server)
    text = page.evaluate("() => window.gd()._fullLayout.font.color")
    channel = int(text[1:3], 16) if text.startswith("#") else int(text.split("(")[1].split(",")[0])
    assert (channel > 128) == dark
    page.screenshot(path=screenshots / f"live-plot-{'dark' if dark else 'light'}.png")


def test_a_script_that_cannot_be_loaded_is_said(page, charts_server):
    page.route("**/plotly.min.js*", lambda route: route.fulfill(status=500, body=""))
    page.goto(charts_server.url)
    note = page.get_by_text("This chart could not be drawn").first
    note.wait_for()
    assert "500" in note.inner_text()


def test_the_toolbar_lies_over_no_data_and_no_title(new_page, charts_server):
    page = new_page(width=420)
    open_charts(page, charts_server)
    left, top, width, height = drag_area(page)
    page.mouse.move(left + width / 2, top + height / 2)
    bar = page.locator(".graft-chart .modebar").first.bounding_box()
    title = page.locator(".graft-chart .g-xtitle text").first.bounding_box()
    assert bar["y"] >= top + height
    assert bar["x"] >= title["x"] + title["width"]
