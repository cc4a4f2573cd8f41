"""What is said of scores and runs, at both sides of each limit."""

from dataclasses import replace

import pytest

from core.errors import RunConflict
from core.experiment import PipelineSpec, Reading, Step
from core.runs.status import Status
from core.tasks.scorecard import Score
from pages.ui.results import cells, scores
from pages.ui.results import list as results_list
from pages.ui.runs import listing
from tests.pages import three_runs
from tests.pages.trained import opened, ran

no_warm_up = three_runs.no_warm_up
workspace = three_runs.workspace
runs = three_runs.runs


def score(value, low=None, high=None, *, higher=True, share=True):
    return Score("x", value, low, high, higher_is_better=higher, share=share)


@pytest.mark.parametrize(
    ("test", "val", "worse"),
    [(score(0.5, 0.4, 0.79), score(0.8), True), (score(0.5, 0.4, 0.8), score(0.8), False),
     (score(0.5), score(0.8), False),
     (score(0.9, 0.85, 0.95), score(0.8), False), (score(0.5, 0.79, 0.9), score(0.4), False),
     (score(4.0, 3.1, 5.0, higher=False), score(3.0, higher=False), True),
     (score(4.0, 3.0, 5.0, higher=False), score(3.0, higher=False), False),
     (score(2.0, 1.0, 2.5, higher=False), score(3.0, higher=False), False),
     (score(4.0, None, 5.0, higher=False), score(3.0, higher=False), False)],
)  # fmt: skip
def test_only_a_whole_interval_beyond_the_validation_is_surely_worse(test, val, worse):
    assert scores._is_surely_worse(test, val) is worse


@pytest.mark.parametrize(
    ("test", "val", "words"),
    [(score(0.25), score(0.75), "50 points lower"), (score(0.75), score(0.5), "25 points higher"),
     (score(3.5, share=False), score(2.25, share=False), "1.25 higher"), (score(0.5), score(1.5), "1 lower"),
     (score(1.5), score(0.5), "1 higher"), (score(0.5), score(0.5), "0 points higher")],
)  # fmt: skip
def test_a_distance_is_in_points_where_both_are_shares(test, val, words):
    assert scores._distance(test, val) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "Nobody has looked at the result of these test images yet."),
     (1, "Results on these test images have been looked at once."),
     (2, "Results on these test images have been looked at 2 times.")],
)  # fmt: skip
def test_looks_are_counted_in_words(count, words):
    assert scores._times(count) == words


def test_another_end_or_another_epoch_hides_a_test_result_again(runs):
    run = runs[0]
    others = [
        replace(run, id="b"), replace(run, ended_at=5.0), replace(run, results=run.results | {"kept": "last"})
    ]  # fmt: skip
    assert len({scores._shown_key(one) for one in (run, *others)}) == 4


@pytest.mark.parametrize(
    ("low", "high", "cell"), [(0.25, 0.5, "25 to 50 %"), (None, 0.5, "no image"), (0.25, None, "no image")]
)
def test_an_interval_needs_both_ends(low, high, cell):
    assert cells.interval_cell(low, high) == cell
    assert [cells.share_cell(0.25), str(cells.share_cell(None))] == [25.0, "nan"]


@pytest.mark.parametrize(("length", "shown"), [(32, "a" * 32), (33, "a" * 31 + "…")])
def test_a_long_setting_is_cut(length, shown):
    assert listing._shortened("a" * length) == shown
    assert listing._shortened("a" * 30 + "  " + "b" * 9) == "a" * 30 + "…"


def test_live_runs_come_first_and_those_without_scores_last_the_newest_before_the_others(runs):
    alder, birch, cedar = runs
    bare = replace(cedar, id="bare", results={}, number=8)
    older = replace(bare, id="older", number=7)
    live = replace(alder, id="live", status=Status.RUNNING, number=9)
    waiting = replace(live, id="waiting", status=Status.QUEUED, number=10)
    twin = replace(birch, id="twin", number=11)
    found = listing.ranked([older, alder, bare, live, cedar, birch, waiting, twin])
    assert [run.id for run in found] == [
        "waiting", "live", "twin", birch.id, cedar.id, alder.id, "bare", "older"
    ]  # fmt: skip
    assert results_list._ranks([live, birch, bare, alder]) == {birch.id: 1, alder.id: 2}


@pytest.mark.parametrize(
    ("reading", "name"),
    [(Reading(), "pets"), (Reading(layout="csv", labels="a.csv"), "pets (a.csv)"),
     (Reading(layout="inner"), "pets (inner)"),
     (Reading(layout="csv", labels="a.csv", label_column="time"), "pets (time)")],
)  # fmt: skip
def test_images_are_named_with_how_they_are_read(reading, name):
    assert listing.images_name(("/data/pets", reading)) == name
    assert listing.data_name("/") == "/"


def test_a_line_of_settings_has_the_most_important_ones(runs):
    assert listing.settings_line(runs[1].experiment) == (
        "weather · mobilenet_v3_small, untrained, 32 px · head (3 epochs) · Gaussian blur"
    )
    assert listing.settings_line(runs[2].experiment).endswith(" · head (4 epochs) · no augmentation")
    weak = runs[2].experiment.changed(pipeline=PipelineSpec(steps=(Step(transform="Rotate"),), strength=0.25))
    assert listing.settings_line(weak).endswith(" · Rotate, strength 0.25")


def test_names_that_are_made_the_same_are_numbered_by_age(runs):
    alder, birch, _ = runs
    named = [replace(birch, id="c", name="a", number=3), replace(alder, id="a", name="a", number=1)]
    more = [*named, replace(alder, id="b", name="a", number=2), replace(alder, id="z", name="z", number=9)]
    found = listing.labels(more)
    assert found["z"] == "z"
    assert {key: name.rpartition(" ")[2] for key, name in found.items() if key != "z"}["a"] == "#1"
    assert {key: name.rpartition(" ")[2] for key, name in found.items() if key != "z"}["b"] == "#2"
    assert "#" not in found["c"]


def test_the_size_of_a_folder_that_changes_is_that_of_what_is_there(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "a").write_bytes(b"x" * 7)
    (tmp_path / "in" / "b").write_bytes(b"x" * 11)
    assert listing.disk_bytes(tmp_path) == 18

    def refuse(_):
        raise OSError

    monkeypatch.setattr(listing.files, "folder_bytes", refuse)
    assert listing.disk_bytes(tmp_path) == 18
    assert listing._bytes(tmp_path / "gone") == listing._bytes(tmp_path / "in") == 0


def test_an_error_is_told_once(runs):
    at = opened("pages/results.py", runs[1].id, **{"results-error": RunConflict("It is busy.")})
    assert [one.value for one in at.error] == ["It is busy\\."]
    assert [one.value for one in ran(at).error] == []
