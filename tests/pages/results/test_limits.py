"""How many runs and mistakes are shown at first, from how many runs on there is a comparison, and what of a result
is said to be sure."""

from types import SimpleNamespace

import pytest
import streamlit as st

from core.evaluation import kept_words
from core.tasks.scorecard import Score, Scorecard
from pages.ui.results import compare, kept, mistakes
from pages.ui.results import list as listed
from pages.ui.results.scores import optimism
from tests.pages import three_runs
from tests.pages.three_runs import text
from tests.pages.trained import keys, opened, ran
from tests.uneven import an_epoch

no_warm_up = three_runs.no_warm_up
workspace = three_runs.workspace
runs = three_runs.runs
PAGE = "pages/results.py"


def rows(at):
    return [link.proto.query_string for link in at.main.get("page_link") if link.proto.query_string]


def test_the_first_runs_are_shown_and_the_others_when_asked(workspace, runs, monkeypatch):
    monkeypatch.setattr(listed, "FIRST_SHOWN", 2)
    alder, birch, cedar = (f"run={run.id}" for run in runs)
    at = opened(PAGE)
    assert rows(at) == [birch, cedar]
    assert at.button(key="results-show-all").label == "Show all 3 runs"
    at.button(key="results-show-all").click()
    at = ran(at)
    assert rows(at) == [birch, cedar, alder]
    assert "results-show-all" not in keys(at)
    monkeypatch.setattr(listed, "FIRST_SHOWN", 3)
    assert "results-show-all" not in keys(opened(PAGE)), "there are no more"


def test_two_runs_can_be_compared_in_the_colours_they_had_before_and_one_cannot(workspace, runs, monkeypatch):
    legends, real = [], compare.legend
    monkeypatch.setattr(compare, "legend", lambda *given: legends.append(real(*given)) or legends[-1])
    opened(PAGE)
    before = {key.name: key.colour for key in legends[-1]}
    workspace.remove(runs[2])
    at = opened(PAGE)
    assert at.multiselect(key="results-compare").value == [runs[1].id, runs[0].id]
    assert {key.name: key.colour for key in legends[-1]} == {name: before[name] for name in ("alder", "birch")}
    workspace.remove(runs[1])
    at = opened(PAGE)
    assert rows(at) == [f"run={runs[0].id}"]
    assert not at.multiselect
    assert "1 run, " in text(at)


def test_mistakes_are_shown_twelve_more_at_a_time(monkeypatch):
    shown, pressed = [], [False]
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(mistakes, "_show_images", shown.append)
    monkeypatch.setattr(mistakes.st, "rerun", lambda: None)
    offered = []
    monkeypatch.setattr(mistakes.st, "button", lambda label, **_: offered.append(label) or pressed[0])
    for total, press, wanted, more in (
        (12, False, 12, False), (13, True, 12, True), (25, True, 24, True), (36, False, 36, False),
    ):  # fmt: skip
        offered.clear()
        pressed[0] = press
        mistakes.show_in_turn(total, "run-val", lambda count: count)
        assert (shown[-1], offered) == (wanted, ["Show more"] * more)
    mistakes.show_in_turn(99, "run-test", lambda count: count)
    assert shown[-1] == 12, "of another part the first"


def result(epochs=3, val=0.9, high=0.95, value=0.88):
    card, test = (Scorecard((Score("accuracy", one, one - 0.1, end),), 5) for one, end in ((val, 0.99), (value, high)))
    return SimpleNamespace(results={"epochs": epochs}, val=card, test=test)


def test_a_result_is_surely_worse_only_below_the_whole_interval():
    chosen = "These images also chose the epoch"
    assert optimism(result(epochs=1), test_shown=True).startswith("There was a single epoch")
    assert optimism(result(epochs=2), test_shown=False) == f"{chosen}, so new images may do a little worse."
    agrees = f"{chosen}. The test result agrees with it within its interval."
    assert optimism(result(high=0.9), test_shown=True) == agrees, "the end belongs to the interval"
    assert optimism(result(high=0.8999), test_shown=True) == f"{chosen}. On the test images it is 2 points lower."


@pytest.mark.parametrize("last_is_best", [True, False])
def test_why_the_last_epoch_cannot_be_kept_is_said_only_where_it_is_another(monkeypatch, runs, last_is_best):
    epochs = (an_epoch(0, 1.5, best=True), an_epoch(1, 0.9, best=last_is_best))
    monkeypatch.setattr(kept.engine.workspace().store.__class__, "epochs", lambda *_: epochs)
    monkeypatch.setattr(kept, "why_not", lambda *_: "No [weights].")
    captions = []
    monkeypatch.setattr(kept.st, "caption", captions.append)
    kept.show_kept(runs[0])
    assert len(captions) == (not last_is_best)
    assert kept_words.kept_choice(epochs).epoch == int(last_is_best)


def test_an_address_of_two_runs_names_none(workspace, runs):
    at = opened(PAGE, runs[0].id, runs[1].id)
    assert "names more than one run" in at.error[0].value
    assert (rows(at), len(at.metric)) == ([], 0)
