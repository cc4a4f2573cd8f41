"""The results page: every run in its place, comparisons, names."""

from dataclasses import replace

import pytest

from core.charts.overlay import Key
from core.experiment import AS_FOUND, PipelineSpec, Reading
from core.runs.status import Status
from core.tasks.scorecard import Score, format_interval
from core.text import percent
from pages.ui.results import compare
from pages.ui.results import list as results_list
from pages.ui.results import run as results_run
from pages.ui.runs import listing as told
from pages.ui.runs.words import badge
from tests.pages.results import helpers
from tests.pages.results.helpers import PAGE
from tests.pages.trained import claimed, failed, opened, stopped, texts

empty_room = helpers.empty_room
no_warm_up = helpers.no_warm_up
trained = helpers.trained
went = helpers.went


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were drawn, by key."""
    figures = {}
    for module in (results_run, compare):
        monkeypatch.setattr(module, "live_plot", lambda figure, key, height: figures.update({key: figure}))
    return figures


def test_without_runs_one_button_leads_on(empty_room, went):
    at = opened(PAGE)
    assert "No runs yet" in texts(at)
    at.button(key="empty-button-no-runs-yet").click().run()
    assert went == [("pages/home.py", None)]


def test_all_runs_are_listed_with_scores_and_intervals(workspace, runs):
    at = opened(PAGE)
    said = texts(at)
    assert "2 runs, " in said
    assert "MB on disk" in said
    links = [link.proto for link in at.main.get("page_link")]
    assert sorted(link.query_string for link in links) == sorted(f"run={run.id}" for run in runs)
    shown = {link.label.replace("\\", "")[3:] for link in links}
    assert shown == {
        f"twin · {what} :material/chevron_right:" for what in ("Flip left-right, Rotate", "no augmentation")
    }
    for run in runs:
        assert f"**{percent(run.val.main.value)}**" in said
        assert format_interval(run.val.main) in said


def test_live_failed_and_unevaluated_runs_are_listed_too(empty_room, experiment):
    live = claimed(empty_room, experiment, "waiting")
    broken = failed(empty_room, experiment.changed(seed=1), "broken")
    early = stopped(empty_room, experiment.changed(seed=2), "early")
    order = told.ranked(empty_room.store.runs())
    assert order[0].id == live.run_id
    said = texts(opened(PAGE))
    live.lock.release()
    assert "0 of 4 epochs" in said
    assert f"{badge(Status.FAILED)} :gray[" in said
    assert ":gray[:small[not evaluated]]" in said
    assert ":red[:small[The disk \\[is\\]\\(x\\) full\\.]]" in said
    assert {broken.id, early.id} == {run.id for run in order[1:]}


def test_a_run_whose_process_was_killed_is_interrupted_and_can_be_resumed(empty_room, experiment):
    opened(PAGE)
    lease = claimed(empty_room, experiment, "killed")
    lease.lock.release()  # the system does this when the process dies
    at = opened(PAGE, lease.run_id)
    assert empty_room.store.run(lease.run_id).status is Status.INTERRUPTED
    assert not at.button(key="results-resume").disabled


def test_the_best_on_validation_comes_first(runs):
    low, high = (
        replace(run, results={"val": run.val.flat() | {"accuracy": a}}) for run, a in zip(runs, (0.2, 0.9), strict=True)
    )
    assert told.ranked([low, high]) == [high, low]


def test_two_runs_are_overlaid_with_the_settings_that_differ(workspace, runs, drawn):
    at = opened(PAGE)
    assert set(at.multiselect(key="results-compare").value) == {run.id for run in runs}
    assert len(drawn["results-overlay"].data) == 2
    frame = at.table[0].value
    assert list(frame.index) == ["Validation accuracy", "Augmentations"]
    assert "none" in list(frame.loc["Augmentations"])
    at.segmented_control(key="results-metric").set_value("val_score").run()
    assert drawn["results-overlay"].layout.yaxis.title.text == "Validation accuracy"
    at.multiselect(key="results-compare").set_value([runs[0].id]).run()
    assert "at least two runs" in texts(at)


def test_the_legend_shows_whole_names_as_text_and_says_which_lines_are_one():
    name = "a name that is far too long for the margin of a chart, <b>number</b> 2"
    keys = (Key("#0072b2", "solid", name, 0.4, None), Key("#d55e00", "dash", "twin", 0.25, name))
    said = compare.legend_html(keys, in_percent=True)
    assert "<b>" not in said
    assert said.count("&lt;b&gt;number&lt;/b&gt; 2") == 2
    assert "40 %" in said
    assert "25 %, the same line as a name" in said
    assert "3px dashed #d55e00" in said


@pytest.mark.parametrize("address", [["../../x"], ["nothing-here"], ["a", "b"]])
def test_an_address_that_names_no_run_is_said_and_touches_no_file(workspace, address):
    before = sorted(workspace.root.rglob("*"))
    at = opened(PAGE, *address)
    assert "Run not found" in at.error[0].value
    assert sorted(workspace.root.rglob("*")) == before


def test_names_that_are_shared_say_what_differs(runs):
    assert told.labels(runs) == {runs[0].id: "twin · Flip left-right, Rotate", runs[1].id: "twin · no augmentation"}
    assert told.labels(runs[:1]) == {runs[0].id: "twin"}


def test_runs_that_differ_in_nothing_are_numbered_by_age_and_settings_are_few(runs):
    first, second = runs
    recipe = first.experiment.recipe.model_copy(update={"learning_rate": 0.25, "weight_decay": 0.125})
    other = replace(second, experiment=first.experiment.changed(recipe=recipe, seed=9))
    same = replace(second, experiment=first.experiment)
    assert told.labels([same, first]) == {first.id: "twin #1", same.id: "twin #2"}
    name = told.labels([other, first])[other.id]
    assert name.count(" · ") == 2
    assert "learning rate 0.25" in name


def test_a_rank_is_one_among_runs_on_the_same_images(runs):
    first, second = runs
    moved = first.experiment.changed(data=first.experiment.data.model_copy(update={"source": "sample:signs"}))
    other = replace(second, id="x", experiment=moved, created_at=second.created_at + 5)
    order = told.by_data([first, second, other])
    assert order[0].id == "x", "the images of the newest run first"
    assert {run.id: place for run, place in zip(order, (1, 1, 2), strict=True)} == results_list._ranks(order)
    reread = first.experiment.data.model_copy(update={"reading": Reading(layout="only:color")})
    third = replace(second, id="y", experiment=first.experiment.changed(data=reread), created_at=second.created_at + 6)
    places = results_list._ranks(told.by_data([first, second, third]))
    assert places["y"] == 1, "the same folder read otherwise has other classes"
    assert {places[first.id], places[second.id]} == {1, 2}


def test_images_are_named_with_the_way_that_was_chosen_to_read_them():
    assert told.images_name(("/a/leaves", AS_FOUND)) == "leaves"
    assert told.images_name(("/a/leaves", Reading(layout="only:color"))) == "leaves (only:color)"
    by_column = Reading(layout="csv", labels="train.csv", file_column="image", label_column="time")
    assert told.images_name(("/a/zoo", by_column)) == "zoo (time)"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("sample:stamps", "Stamps"),
        ("/a/my pets/", "my pets"),
        ("C:\\pets.zip", "pets.zip"),
        ("sample:gone", "sample:gone"),
    ],
)
def test_data_has_a_short_name(source, name):
    assert told.data_name(source) == name


def test_numbers_are_rounded_to_what_they_can_bear():
    assert format_interval(Score("accuracy", 0.4, 0.29, 0.56)) == "29 to 56 %"


def test_steps_and_their_strength_are_one_setting_in_a_name(runs):
    first, second = runs
    steps, seed = first.experiment.pipeline, first.experiment.changed(seed=7)
    plain = replace(second, experiment=seed.changed(pipeline=PipelineSpec()))
    weak = replace(first, experiment=first.experiment.changed(pipeline=steps.model_copy(update={"strength": 0.5})))
    assert told.labels([weak, plain]) == {
        weak.id: "twin · Flip left-right, Rotate, strength 0.5 · seed 0", plain.id: "twin · no augmentation · seed 7"
    }  # fmt: skip
