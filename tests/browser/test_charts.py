"""What only a browser can tell: markup stays text, and a zoom outlives new data."""

import json

import pytest
from plotly.offline import get_plotlyjs

from core.charts.classes import class_counts, class_counts_figure
from core.charts.curves import curves
from core.charts.curves_figure import curves_figure
from core.charts.overlay import overlay, overlay_figure
from tests.charts.helpers import STEPS_PER_EPOCH, epoch_ended, phase_started, step_ended

NAMES = ["<b>bold</b>", "%{x}", "<br>", "$x^2$", "&lt;"]


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport={"width": 900, "height": 760})
    page.set_content(f"<div id=chart></div><script>{get_plotlyjs()}</script>")
    yield page
    page.close()


def draw(page, figure):
    page.evaluate("f => Plotly.react('chart', f.data, f.layout)", json.loads(figure.to_json(remove_uids=False)))


def texts(page, selector):
    found = page.eval_on_selector_all(selector, "all => all.map(one => one.textContent)")
    return [text for text in found if text]  # an axis that is redrawn leaves empty elements for a moment


def test_names_on_an_axis_are_shown_as_typed(page):
    draw(page, class_counts_figure(class_counts(NAMES, {"train": [0, 1, 2, 3, 4]}), "light"))
    assert sorted(texts(page, "#chart .ytick")) == sorted(NAMES)
    assert page.query_selector("#chart svg b, #chart svg a, #chart img") is None


def test_names_of_runs_are_shown_as_typed(page):
    runs = {name: [epoch_ended(0), epoch_ended(1)] for name in NAMES}
    draw(page, overlay_figure(overlay(runs, {}), "light"))
    page.mouse.move(400, 100)
    page.mouse.move(460, 150, steps=3)
    page.wait_for_selector("#chart .hoverlayer .legendtext")
    shown = texts(page, "#chart .hoverlayer .legendtext")
    assert sorted(text.rsplit(" :", 1)[0] for text in shown if " :" in text) == sorted(NAMES)


def live(epochs):
    events = [epoch_ended(i, best=True) for i in range(epochs)]
    steps = [step_ended(i + 1) for i in range(epochs * STEPS_PER_EPOCH)]
    return curves_figure(curves(events, steps, [phase_started(0, 0, 9)], 9, STEPS_PER_EPOCH), "light")


def test_new_points_keep_the_zoom(page):
    ranges = "[chart._fullLayout.xaxis.range, chart._fullLayout.yaxis.range].flat()"
    draw(page, live(3))
    before = page.evaluate(ranges)
    page.mouse.move(200, 100)
    page.mouse.down()
    page.mouse.move(400, 200, steps=4)
    page.mouse.up()
    page.wait_for_function(f"chart._fullLayout.xaxis.range[0] != {before[0]}")
    zoomed = page.evaluate(ranges)
    draw(page, live(4))
    assert page.evaluate(ranges) == zoomed
    assert page.evaluate("chart.data.find(t => t.uid == 'loss-val').x.length") == 4
