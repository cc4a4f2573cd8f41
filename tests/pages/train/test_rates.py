"""The learning-rate finder on the Train page: found by the analysis queue, with its reason; used with one click."""

import threading
from dataclasses import replace

import pytest

from core.errors import UnknownDevice, WeightsUnavailable
from core.experiment import Phase, Recipe
from core.runs import trial
from core.runs.status import Status
from core.training.sweep import Sweep
from core.work.progress import Progress
from pages.ui.session.state import Draft
from pages.ui.train import rates
from pages.ui.train.rates import what_matters
from tests.conftest import make_experiment
from tests.pages.train.test_page import click, keys, page, ran, text, until

FOUND = Sweep((1e-4, 1e-3, 1e-2), (1.0, 0.6, 0.5), (1.0, 0.6, 0.5), 2.2e-3, "Three quarters down.")
OWN = (Phase(stages=("head",), epochs=3, learning_rate=1e-3), Phase(stages=("head",), epochs=2, learning_rate=1e-4))


@pytest.fixture
def draft(images) -> Draft:
    small = make_experiment(images)
    phases = (Phase(stages=("head",), epochs=900),)
    return Draft(source=str(images), pipeline=small.pipeline, backbone=small.backbone, phases=phases,
                 recipe=small.recipe, views=2)  # fmt: skip


@pytest.fixture
def asked(monkeypatch):
    """What the engine was asked for; answered at once with `FOUND`."""
    calls = []

    def sweep_rates(experiment, workspace, device, index, control):
        calls.append((experiment, device, index))
        yield Progress(what="trying learning rates", done=1, total=2)
        return FOUND

    monkeypatch.setattr(trial, "sweep_rates", sweep_rates)
    return calls


def found(at, manager):
    at = click(at, "train-rates-find")
    key = at.session_state["graft:train-rates"]
    until(lambda: all(manager.analyses.analysis(one).over for one in key.values()))
    return ran(at)


def choose(at, index):
    (choice,) = [group for group in at.get("button_group") if "rates-phase" in group.key]
    choice.set_value(index)
    return ran(at)


def test_the_suggestion_goes_into_the_recipe_with_one_click_and_stays_on_the_screen(draft, manager, asked):
    at = page(draft)
    assert "train-rates-use" not in keys(at)
    at = found(at, manager)
    ((experiment, device, index),) = asked
    assert (experiment.phases, device, index) == (draft.phases, "cpu", 0)
    assert "Three quarters down" in text(at)
    assert "Now: 0.001" in text(at)
    at = click(at, "train-rates-use")
    assert at.session_state["graft:draft"].recipe.learning_rate == 2.2e-3
    assert at.number_input(key="train.learning_rate").value == 2.2e-3
    assert at.button(key="train-rates-use").label == "In use"
    assert at.button(key="train-rates-use").disabled
    assert "train-rates-find" not in keys(at), "the answer still holds"
    assert len(asked) == 1


def test_phases_that_set_their_rates_are_chosen_and_changed_one_by_one(draft, manager, asked):
    at = choose(page(replace(draft, phases=OWN)), 1)
    at = click(found(at, manager), "train-rates-use")
    assert asked[0][2] == 1
    phases = at.session_state["graft:draft"].phases
    assert phases == (OWN[0], OWN[1].model_copy(update={"learning_rate": 2.2e-3}))
    assert at.session_state["graft:draft"].recipe == draft.recipe
    assert "Learning rate: 0.001, then 0.0022" in text(at)
    assert at.button(key="train-rates-use").label == "In use"
    at = choose(at, 0)
    assert "train-rates-use" not in keys(at), "the answer was for the other phase"
    assert "train-rates-find" in keys(at)
    at = found(at, manager)
    assert [index for *_, index in (one[:3] for one in asked)] == [1, 0]
    assert sorted(at.session_state["graft:train-rates"]) == [0, 1], "both answers stay"


@pytest.mark.parametrize("own", [0, 1])
def test_a_rate_goes_where_its_phase_looks_for_it(draft, manager, asked, own):
    """One phase has a rate of its own, the other takes the recipe's."""
    phases = tuple(
        phase if index == own else phase.model_copy(update={"learning_rate": None}) for index, phase in enumerate(OWN)
    )
    at = choose(page(replace(draft, phases=phases)), own)
    at = click(found(at, manager), "train-rates-use")
    changed = at.session_state["graft:draft"]
    assert changed.phases[own].learning_rate == 2.2e-3
    assert changed.recipe == draft.recipe
    at = choose(at, 1 - own)
    at = click(found(at, manager), "train-rates-use")
    after = at.session_state["graft:draft"]
    assert after.recipe.learning_rate == 2.2e-3
    assert after.phases == changed.phases


def test_an_answer_for_other_settings_says_so(draft, manager, asked):
    at = found(page(draft), manager)
    at.number_input(key="train.batch_size").set_value(4)
    at = ran(at)
    assert "settings have changed" in text(at)
    at = found(at, manager)
    assert "settings have changed" not in text(at)
    assert [call[0].recipe.batch_size for call in asked] == [8, 4]


def test_while_it_is_at_work_it_says_how_far_and_can_be_cancelled(draft, manager, monkeypatch):
    go_on = threading.Event()

    def sweep_rates(experiment, workspace, device, index, control):
        while not go_on.wait(0.01):
            yield Progress(what="trying learning rates", done=1, total=4)
        return FOUND

    monkeypatch.setattr(trial, "sweep_rates", sweep_rates)
    at = click(page(draft), "train-rates-find")
    (key,) = at.session_state["graft:train-rates"].values()
    until(lambda: manager.analyses.analysis(key).progress.done == 1)
    at = ran(at)
    (bar,) = [bar for bar in at.get("progress") if "learning rates" in bar.proto.text]
    assert bar.proto.value == 25
    assert "train-rates-find" not in keys(at)
    at = click(at, "train-rates-cancel")
    assert manager.analyses.analysis(key) is None
    assert "train-rates-find" in keys(at)


def test_an_error_is_said_and_can_be_tried_again(draft, manager, monkeypatch, asked):
    answer = trial.sweep_rates

    def fails(*_):
        raise WeightsUnavailable("No network <b>here</b>.")
        yield

    monkeypatch.setattr(trial, "sweep_rates", fails)
    at = found(page(draft), manager)
    (error,) = at.error
    assert "No network" in error.value
    assert "<b>" not in error.value
    monkeypatch.setattr(trial, "sweep_rates", answer)
    assert at.button(key="train-rates-find").label == "Try again"
    assert "train-rates-use" in keys(found(at, manager))


def test_without_a_suggestion_there_is_nothing_to_use(draft, manager, monkeypatch):
    flat = replace(FOUND, suggested=None, reason="The loss stays where it is.")

    def sweep_rates(*_):
        yield Progress(what="trying learning rates", done=1, total=2)
        return flat

    monkeypatch.setattr(trial, "sweep_rates", sweep_rates)
    at = found(page(draft), manager)
    assert "The loss stays where it is" in text(at)
    assert "train-rates-use" not in keys(at)


def test_what_is_missing_is_said_in_place_of_the_button(draft, manager):
    assert "Not yet. No images are chosen yet" in text(page()).replace("\\", "")
    solved = page(replace(draft, phases=(Phase(stages=("head",), epochs=3, solver="lbfgs"),)))
    assert "there is no learning rate to find" in text(solved)
    for at in (page(), solved):
        assert "train-rates-find" not in keys(at)


def test_a_real_sweep_makes_no_run_and_does_not_wait_for_a_training(draft, manager):
    at = click(page(draft), "train-start")
    (run,) = manager.live()
    until(lambda: manager.workspace.store.run(run.id).status is Status.RUNNING)
    at = found(ran(at), manager)
    (key,) = at.session_state["graft:train-rates"].values()
    assert len(manager.analyses.analysis(key).result.rates) > 8
    assert manager.workspace.store.run(run.id).status is Status.RUNNING
    assert [one.id for one in manager.workspace.store.runs()] == [run.id]


def test_what_a_sweep_depends_on(images):
    base = make_experiment(images, phases=OWN)
    for index in (0, 1):
        own = OWN[index].model_copy(update={"learning_rate": 9e-3, "epochs": 7})
        other = base.changed(phases=(*OWN[:index], own, *OWN[index + 1 :]))
        assert what_matters(base, index) == what_matters(other, index)
    assert what_matters(base, 0) == what_matters(base.changed(phases=OWN[:1]), 0), "what comes after does not matter"
    first = OWN[0].model_copy(update={"learning_rate": None})
    lead = base.changed(phases=(first, OWN[1]))
    faster = lead.changed(recipe=Recipe(batch_size=8, learning_rate=0.5))
    assert what_matters(lead, 0) == what_matters(faster, 0)
    assert what_matters(lead, 1) != what_matters(faster, 1), "the phase before is trained at the recipe's rate"
    assert what_matters(base, 0) != what_matters(base.changed(seed=4), 0)


@pytest.mark.parametrize("valid", [True, False])
def test_a_rate_is_looked_for_only_with_settings_that_can_be(monkeypatch, valid):
    shown = []
    monkeypatch.setattr(rates.st, "button", lambda label, **how: shown.append((label, how["disabled"])))
    rates._begin("Find", None, 0, "key", valid)
    assert shown == [("Find", not valid)]


def test_what_makes_it_impossible_to_look_for_a_rate_is_said_there(draft, manager, asked, monkeypatch):
    def gone(*_):
        raise UnknownDevice("There is no such device.")

    monkeypatch.setattr(rates, "_key", gone)
    at = page(draft)
    assert [error.value.replace("\\", "") for error in at.error] == ["There is no such device."]
    assert "train-rates-find" not in {button.key for button in at.button}
    assert asked == []
