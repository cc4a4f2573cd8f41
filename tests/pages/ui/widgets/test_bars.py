"""Bars of work that takes long: when they show themselves, what they say, and that they go. By a clock of our own."""

from types import SimpleNamespace

import pytest

from core.work.progress import Progress
from pages.ui.predict import answers
from pages.ui.widgets import progress as bars


class Bar:
    """Notes what it is told."""

    def __init__(self, said):
        self.said = said

    def progress(self, share, text):
        self.said.append((share, text))

    def empty(self):
        self.said.append("gone")


@pytest.fixture
def clock(monkeypatch):
    found = SimpleNamespace(now=100.0)
    monkeypatch.setattr(bars, "time", SimpleNamespace(monotonic=lambda: found.now))
    monkeypatch.setattr(bars, "SHOWN_AFTER_S", 0.5)
    monkeypatch.setattr(bars, "EVERY_S", 0.25)
    return found


@pytest.fixture
def said(monkeypatch):
    found = []
    monkeypatch.setattr(bars.st, "progress", lambda share, text=None: found.append((share, text)) or Bar(found))
    return found


def test_a_bar_waits_then_follows_no_more_often_than_it_may(clock, said):
    bar = bars.DelayedBar()
    for after, done, total in (
        (0.4375, 1, 2000), (0.5, 2, 0), (0.5, 1500, 2000), (0.6875, 1600, 2000), (0.75, 2500, 2000)
    ):  # fmt: skip
        clock.now = 100 + after
        bar.update(done, total)
    assert said == [(0.0, None), (0.75, "1,500 of 2,000"), (1.0, "2,500 of 2,000")]
    bar.close()
    assert said[-1] == "gone"


def test_a_bar_that_was_never_shown_has_nothing_to_take_away(clock, said):
    with bars.delayed_bar() as update:
        update(1, 2)
    assert said == []

    def fail():
        with bars.delayed_bar() as update:
            clock.now += 1
            update(1, 4)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert said == [(0.0, None), (0.25, "1 of 4"), "gone"]


@pytest.mark.parametrize(("done", "total", "share"), [(3, 8, 0.375), (9, 8, 1.0), (0, 0, 0.0), (3, 0, 0.0)])
def test_an_analysis_is_told_as_far_as_it_is(said, done, total, share):
    analysis = SimpleNamespace(over=False, progress=Progress(what="looking [at] views", done=done, total=total))
    bars._progress(SimpleNamespace(analysis=lambda key: analysis if key == "k" else None), "k")
    assert said == [(share, "Looking \\[at\\] views")]


@pytest.mark.parametrize("analysis", [None, SimpleNamespace(over=True)])
def test_an_analysis_that_is_over_draws_the_page_anew(said, monkeypatch, analysis):
    asked = []
    monkeypatch.setattr(bars.st, "rerun", lambda **options: asked.append(options))
    bars._progress(SimpleNamespace(analysis=lambda key: analysis), "k")
    assert (asked, said) == ([{"scope": "app"}], [])


@pytest.mark.parametrize(
    ("count", "steps"),
    [(16, []), (17, [(16 / 17, "16 of 17 images."), (1.0, "17 of 17 images.")]),
     (32, [(0.5, "16 of 32 images."), (1.0, "32 of 32 images.")])],
)  # fmt: skip
def test_more_than_sixteen_images_have_a_bar(monkeypatch, count, steps):
    said = []
    monkeypatch.setattr(answers.st, "progress", lambda share, text: said.append((share, text)) or Bar(said))
    monkeypatch.setattr(answers.st, "session_state", {})
    monkeypatch.setattr(answers, "_predict", lambda predictor, group: [source.id for source in group])
    sources = [answers.Source(str(number), "x", None) for number in range(count)]
    assert answers.answered(None, "k", sources) == [str(number) for number in range(count)]
    assert said == ([(0.0, "Classifying the images."), *steps, "gone"] if steps else [])
