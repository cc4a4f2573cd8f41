"""Whose number, in lists: the order of runs, the first page, the train page, parts of a data set."""

import re
from dataclasses import replace

import numpy as np
import pytest

from core.data.sources import load_dataset
from core.data.split import make_split
from core.experiment import SplitSpec
from core.runs.status import Status
from core.tasks.scorecard import format_interval
from core.text import format_duration, percent
from pages.ui.data import facts as data_facts
from pages.ui.runs import listing as told
from pages.ui.runs import live
from pages.ui.session.state import Draft
from tests.conftest import make_experiment
from tests.pages import three_runs
from tests.pages.three_runs import lines, text
from tests.pages.trained import opened
from tests.uneven import EACH, TEST, TRAIN, VAL
from tests.uneven import told as described

no_warm_up = three_runs.no_warm_up
workspace = three_runs.workspace
runs = three_runs.runs


# words and order


def with_scores(run, accuracy, balanced=0.5, f1=0.5, **parts):
    val = run.val.flat() | {"accuracy": accuracy, "balanced_accuracy": balanced, "macro_f1": f1}
    return replace(run, results={"val": val}, **parts)


def test_ranking_goes_by_accuracy_then_f1_then_balanced_accuracy_then_age(runs):
    base = runs[0]
    order = [
        replace(base, id="live-new", status=Status.RUNNING, created_at=9.0),
        replace(base, id="live-old", status=Status.QUEUED, created_at=1.0),
        with_scores(base, 0.9, balanced=0.1, f1=0.1, id="accuracy", created_at=1.0),
        with_scores(base, 0.8, balanced=0.1, f1=0.9, id="f1", created_at=1.0),
        with_scores(base, 0.8, balanced=0.9, f1=0.8, id="balanced", created_at=1.0),
        with_scores(base, 0.8, balanced=0.8, f1=0.8, id="newer", created_at=7.0),
        with_scores(base, 0.8, balanced=0.8, f1=0.8, id="older", created_at=6.0),
        with_scores(base, 0.1, balanced=0.9, f1=0.9, id="last", created_at=8.0),
        replace(base, id="none-new", results={}, created_at=5.0),
        replace(base, id="none-old", results={}, created_at=4.0),
    ]
    shuffled = [order[index] for index in np.random.default_rng(3).permutation(len(order))]
    assert [run.id for run in told.ranked(shuffled)] == [run.id for run in order]


# home, train, data


def test_the_first_page_lists_each_run_with_its_own_score_the_newest_first(workspace, runs):
    at = opened("pages/home.py")
    links = [link.proto for link in at.main.get("page_link") if link.proto.query_string]
    assert [link.query_string for link in links] == [f"run={run.id}" for run in runs[::-1]]
    assert [link.label for link in links] == ["cedar", "birch", "alder"]
    scores = [line for line in text(at).split("\n") if "95 % interval" in line]
    assert [re.match(r"\*\*(.*?)\*\*", line)[1] for line in scores] == ["60 %", "80 %", "40 %"]
    assert [format_interval(run.val.main) in line for run, line in zip(runs[::-1], scores, strict=True)] == [1] * 3


@pytest.mark.parametrize("number", [0, 1])
def test_the_train_page_tells_the_validation_result_of_the_run_it_shows(workspace, runs, number, monkeypatch):
    run, one = runs[number], described(workspace.root)[number]
    figures, pages = {}, []
    monkeypatch.setattr(live, "live_plot", lambda figure, key, height: figures.update({key: figure}))
    monkeypatch.setattr(live.st, "html", pages.append)
    for other in runs:
        for line in ("first", "<b>last</b>"):
            workspace.store.log(other.id, f"{line} of {other.name}", "warning")
    at = opened("pages/train.py", run.id)
    assert [(metric.label, metric.value) for metric in at.metric] == [
        ("Validation accuracy", percent(run.val.main.value))
    ]
    said = text(at)
    assert f"95 % interval {format_interval(run.val.main)}, on {VAL} images" in said
    best = min(range(len(one.losses)), key=one.losses.__getitem__)
    assert f"from epoch {best + 1}" in said
    assert f"{len(one.losses)} of {len(one.losses)} epochs in {format_duration(one.seconds)}" in said
    curves = lines(figures["train-curves"])
    assert list(one.losses) in curves.values()
    assert [round(loss / 2, 6) for loss in one.losses] in curves.values()
    (log,) = [page for page in pages if "graft-log" in page]
    said_of = re.findall(r'<div class="warning">.*?<span>(.*?)</span>', log)
    assert said_of == [f"&lt;b&gt;last&lt;/b&gt; of {run.name}", f"first of {run.name}"], "the newest line comes first"


def test_each_part_is_counted_under_its_own_name(workspace, runs, divided):
    draft = Draft(source=str(divided), backbone=make_experiment(divided).backbone)
    at = opened("pages/train.py", draft=draft)
    assert f"Images: {TRAIN} to train, {VAL} to validate, {TEST} to test" in text(at)
    at = opened("pages/data.py", draft=draft)
    assert f"**{TRAIN}** training · **{VAL}** validation · **{TEST}** test" in text(at)


def test_facts_of_parts_are_of_their_images(divided, tmp_path):
    dataset = load_dataset(str(divided), tmp_path)
    split = make_split(dataset, SplitSpec())
    labels = data_facts.labels_by_part(dataset, split)
    assert {part: [found.count(label) for label in range(3)] for part, found in labels.items()} == {
        part: list(counts) for part, counts in EACH.items()
    }
    for part in (None, *EACH):
        for label in (None, 0, 1, 2):
            items = data_facts.gallery(dataset, split, label, part)
            parts = EACH.values() if part is None else [EACH[part]]
            assert len(items) == sum(counts[label] if label is not None else sum(counts) for counts in parts)
            assert {item.part for item in items} <= ({part} if part else set(EACH))
            assert {item.label for item in items} <= ({label} if label is not None else {0, 1, 2})
    first = data_facts.gallery(dataset, split, None, "val")
    assert [item.label for item in first] == [0, 1, 2, 1, 1], "the classes take turns"
