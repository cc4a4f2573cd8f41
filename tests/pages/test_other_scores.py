"""A score of which less is better and which is no share, wherever pages show or rank runs by their score."""

from dataclasses import replace

import pytest

from core.export.bundle import _validation_line as in_the_download
from core.tasks.scorecard import Score, Scorecard, format_interval, format_score
from pages.ui.results.scores import optimism
from pages.ui.runs import listing
from tests.pages import three_runs
from tests.pages.three_runs import text
from tests.pages.trained import opened

no_warm_up = three_runs.no_warm_up
workspace = three_runs.workspace
TRACK = '<div class="graft-track">'
ERRORS = {"alder": 0.75, "birch": 14.5, "cedar": 3.25}


def error(value, low=0.9, high=1.2):
    return Score("boundary_error", value, low * value, high * value, higher_is_better=False, share=False)


@pytest.fixture
def runs(ledger, workspace):
    """The runs with errors in place of their scores, and as they were afterwards."""
    before = ledger[1]
    for run in before:
        cards = {part: Scorecard((error(ERRORS[run.name] * worse),), 5).to_record() for part, worse in
                 (("val", 1), ("test", 1.05))}  # fmt: skip
        workspace.store.set_results(run.id, run.results | cards)
    yield [workspace.store.run(run.id) for run in before]
    for run in before:
        workspace.store.set_results(run.id, run.results)


def test_the_run_with_the_lowest_error_is_the_best(workspace, runs):
    assert [run.name for run in listing.ranked(runs)] == ["alder", "cedar", "birch"]
    tied = [replace(run, results={"val": Scorecard((Score("accuracy", 0.5), error(ERRORS[run.name])), 5).to_record()})
            for run in runs]  # fmt: skip
    assert [run.name for run in listing.ranked(tied)] == ["alder", "cedar", "birch"], "also where it decides a tie"
    shares = [replace(run, results={"val": {"accuracy": 1 / ERRORS[run.name] / 2, "n": 5}}) for run in runs]
    assert [run.name for run in listing.ranked(shares)] == ["alder", "cedar", "birch"]
    assert [run.name for run in listing.ranked([replace(run, results={"val": {"accuracy": ERRORS[run.name], "n": 5}})
                                                for run in runs])] == ["birch", "cedar", "alder"]  # fmt: skip


def test_shares_have_a_track(workspace, ledger):
    assert TRACK in "".join(one.proto.body for one in opened("pages/results.py").main.get("html"))


def test_no_page_shows_it_in_percent(workspace, runs):
    for page, of in (("pages/results.py", runs), ("pages/home.py", runs), ("pages/results.py", runs[2:])):
        at = opened(page, *(run.id for run in of if len(of) == 1))
        said = text(at) + "".join(f"{metric.value} {metric.delta}" for metric in at.metric)
        for run in of:
            value, ends = format_score(run.val.main), format_interval(run.val.main)
            assert value in said
            assert ends in said
            assert f"{value} %" not in said
            assert f"{ends} %" not in said
            assert f"{100 * run.val.main.value:.0f} %" not in said
    at = opened("pages/results.py")
    assert TRACK not in "".join(one.proto.body for one in at.main.get("html")), "nobody knows where it would end"
    table = at.table[0].value
    assert list(table.loc["Validation boundary error"]) == [
        f"{format_score(run.val.main)} ({format_interval(run.val.main)})" for run in listing.ranked(runs)
    ]
    assert opened("pages/train.py", runs[1].id).metric[0].value == "14.5"
    assert in_the_download(runs[2].val) == "boundary error 3.25 (95 % interval 2.93 to 3.9, 5 images)"


def judged(run, val, test):
    cards = {"val": Scorecard((val,), 5).to_record(), "test": Scorecard((test,), 7).to_record()}
    return optimism(replace(run, results=run.results | cards), test_shown=True)


def test_a_test_error_that_is_surely_larger_is_said(runs):
    val = error(3.0)
    assert "On the test images it is 1 higher." in judged(runs[1], val, error(4.0, low=0.8))
    assert "agrees with it within its interval" in judged(runs[1], val, error(4.0, low=0.7)), (
        "the interval reaches down to 2.8"
    )
    assert "agrees with it within its interval" in judged(runs[1], val, error(1.0)), "better is not worse"
    accuracy = Score("accuracy", 0.9, 0.8, 0.95)
    assert "it is 30 points lower." in judged(runs[1], accuracy, Score("accuracy", 0.6, 0.5, 0.7))
    assert "agrees with it within its interval" in judged(runs[1], accuracy, Score("accuracy", 0.96, 0.92, 0.99))
