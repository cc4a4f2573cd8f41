"""Bars that come and go with their work, errors of what was clicked, and which runs can be compared."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from core.data.layouts.case import LayoutChoice
from core.errors import InvalidExperiment, UnusableDataset
from core.experiment import SplitSpec
from pages.ui.augment import scene
from pages.ui.data import ask, choose, copies
from pages.ui.results import compare


@pytest.fixture
def said(monkeypatch):
    """The errors that were shown."""
    found = []
    for module in (ask, choose, copies):
        monkeypatch.setattr(module, "show_error", lambda error: found.append(str(error)))
    return found


def test_the_bar_of_views_goes_when_they_are_made(monkeypatch):
    seen = []
    bar = SimpleNamespace(update=lambda *given: seen.append(given), close=lambda: seen.append("closed"))
    monkeypatch.setattr(scene, "DelayedBar", lambda: bar)
    assert scene.run_tasks([lambda: 5, lambda: 7]) == [5, 7]
    assert seen == [(1, 2), (2, 2), "closed"]


def test_a_set_that_is_chosen_is_read_under_a_bar_and_said_to_fail(monkeypatch, said):
    bars = []

    def read(source, bar):
        bars.append((source, bar))
        raise UnusableDataset(f"{source} has one class.")

    monkeypatch.setattr(choose.data_view, "choose", read)
    choose._choose("folder")
    assert bars == [("folder", choose.delayed_bar)]
    assert said == ["folder has one class."]


def test_a_way_to_read_a_folder_that_fails_is_said(monkeypatch, said):
    @contextmanager
    def container(**_):
        yield

    def read(source, reading, bar):
        raise UnusableDataset(f"{source} cannot be read by {reading.layout}.")

    monkeypatch.setattr(ask.st, "container", container)
    monkeypatch.setattr(ask.st, "markdown", lambda *_, **__: None)
    monkeypatch.setattr(ask.st, "button", lambda *_, **__: True)
    monkeypatch.setattr(ask.data_view, "choose", read)
    ask._card("folder", LayoutChoice({"layout": "parts"}, "they are parts", "3 images of 1 class"), 0, current=False)
    assert said == ["folder cannot be read by parts."]


def test_a_split_that_cannot_be_is_said_and_nothing_is_drawn_anew(monkeypatch, said):
    drawn = []
    monkeypatch.setattr(copies.st, "rerun", lambda: drawn.append("anew"))
    changed = []

    def update(**fields):
        changed.append(fields)
        if fields["split"].near_copies == "keep":
            raise InvalidExperiment("There are too many.")

    monkeypatch.setattr(copies.state, "update", update)
    copies._change(SplitSpec(), near_copies="keep")
    assert (said, drawn) == (["There are too many."], [])
    copies._change(SplitSpec(), near_copies="group")
    assert (said, drawn) == (["There are too many."], ["anew"])
    assert [one["split"].near_copies for one in changed] == ["keep", "group"]


def test_runs_with_a_result_or_an_epoch_can_be_compared(monkeypatch):
    """Of a run that was imported or kept by an older version there may be results without a count of epochs."""
    offered = []
    monkeypatch.setattr(compare.engine, "workspace", lambda: SimpleNamespace(store=None))
    monkeypatch.setattr(compare.state, "recall", lambda name, default: default)
    monkeypatch.setattr(compare.state, "remember", lambda *_: None)
    monkeypatch.setattr(compare.st, "subheader", lambda *_, **__: None)

    def multiselect(_, ids, **given):
        offered.append((ids, given["default"]))
        return []

    monkeypatch.setattr(compare.st, "multiselect", multiselect)
    monkeypatch.setattr(compare.st, "caption", lambda *_: None)
    runs = [
        SimpleNamespace(id="evaluated", results={"val": 1}, progress={}),
        SimpleNamespace(id="queued", results={}, progress={}),
        SimpleNamespace(id="started", results={}, progress={"epochs_done": 0}),
        SimpleNamespace(id="training", results={}, progress={"epochs_done": 1}),
    ]
    compare.show_comparison(runs, runs, {run.id: run.id for run in runs})
    assert offered == [(["evaluated", "training"], ["evaluated", "training"])]
    compare.show_comparison(runs[:3], runs, {run.id: run.id for run in runs})
    assert len(offered) == 1, "one run cannot be compared"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([], ["These runs have the same settings."]),
        (["recipe.learning_rate", "backbone.name"], []),
        (
            ["recipe.learning_rate", "data.split.seed"],
            ["These runs were not validated on the same images: compare their scores with care."],
        ),
    ],
)
def test_what_is_said_of_different_settings(monkeypatch, keys, said):
    captions = []
    rows = [SimpleNamespace(key=key, title=f"Setting {len(key)}", values={"a": "1", "b": "2"}) for key in keys]
    runs = [SimpleNamespace(id=name, experiment=None, val=None) for name in "ab"]
    tables = []
    monkeypatch.setattr(compare, "differing", lambda _: rows)
    monkeypatch.setattr(compare, "show_plain_table", lambda table, **_: tables.append(table))
    monkeypatch.setattr(compare.st, "caption", captions.append)
    compare._differences(runs, {"a": "first", "b": "second"})
    assert captions == said
    assert list(tables[0].index) == ["Validation score", *(f"Setting {len(key)}" for key in keys)]
    assert list(tables[0].columns) == ["first", "second"]
