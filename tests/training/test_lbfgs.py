"""A head fitted with L-BFGS is the one that logistic regression finds."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from core.errors import InvalidExperiment, LossNotFinite, OutOfMemory
from core.experiment import BackboneSpec, Experiment, Phase, PipelineSpec, Recipe
from core.features.phase_inputs import PhaseInputs
from core.training import loop
from core.training.events import EpochEnded, PhaseStarted, RunEnded, RunStarted, StepEnded
from core.training.lbfgs import LbfgsFit
from core.training.loop import train
from core.work.control import Control
from core.work.progress import Progress
from tests.conftest import make_experiment, make_images
from tests.features.helpers import SHORTAGES
from tests.training.helpers import Counter, copy, losses, prepare, run, warnings

NAME = "timm/vit_tiny_patch16_224"
DECAY = 0.02


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Three classes, some of whose images look like another's: with none, the least loss is at rounding."""
    folder = make_images(tmp_path_factory.mktemp("images") / "images", classes=("a", "b", "c"), per_class=8)
    for number in range(3):
        for name, other in zip("abc", "bca", strict=True):
            (folder / name / f"{number:02}.png").rename(folder / other / f"was-{name}-{number}.png")
    return folder


def describe(pictures, solver="lbfgs", epochs=40, **parts):
    recipe = {"batch_size": 32, "precision": "fp32", "label_smoothing": 0.0, "weight_decay": DECAY}
    usual = {
        "backbone": BackboneSpec(name=NAME, weights="none", image_size=32),
        "phases": (Phase(stages=("head",), epochs=epochs, solver=solver, learning_rate=0.01),),
        "recipe": Recipe(**(recipe | parts.pop("recipe", {}))),
        "views": 2,
    }
    return make_experiment(pictures, **(usual | parts))


def features(setup, views=2):
    """What the head is trained on, (M, D) and (M,): every view of every training image."""
    seen, labels = [], []
    hook = setup.model.head.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    setup.model.eval()
    with torch.no_grad():
        for number in range(views):
            (batch,) = setup.pixels.batches([setup.train_items], number)
            setup.model(batch.tensor)
            labels.append(batch.targets)
    hook.remove()
    return torch.cat(seen), torch.cat(labels)


def objective(setup):
    """Gradient and value of the mean loss plus half the decay times the squared weights."""
    inputs, labels = features(setup)
    head = setup.model.head
    weight, bias = (p.detach().clone().requires_grad_() for p in (head.weight, head.bias))
    logits = torch.nn.functional.linear(inputs, weight, bias)
    value = setup.criterion(logits, labels) + 0.5 * DECAY * (weight**2).sum()
    value.backward()
    return float(value.detach()), torch.cat([weight.grad.flatten(), bias.grad])


def epochs_of(events):
    return [e for e in events if isinstance(e, EpochEnded)]


def test_it_ends_where_nothing_moves_any_more_and_lower_than_many_epochs_of_adam(pictures, tmp_path):
    fitted = prepare(describe(pictures), tmp_path / "a", saved=False)
    _, before = objective(fitted)
    events = run(fitted)
    value, gradient = objective(fitted)
    assert gradient.abs().max() < 1e-3 < before.abs().max()
    stepped = prepare(describe(pictures, "steps", 40, recipe={"optimizer": "adam"}), tmp_path / "b", saved=False)
    run(stepped)
    assert value < objective(stepped)[0]
    assert 1 < len(epochs_of(events)) < 40  # it knows that it is there
    assert isinstance(events[-1], RunEnded)
    assert warnings(events) == []


@pytest.mark.parametrize("decay", [0.02, 0.2])
def test_the_head_is_that_of_logistic_regression(pictures, tmp_path, decay):
    setup = prepare(describe(pictures, recipe={"weight_decay": decay}), tmp_path, saved=False)
    run(setup)
    inputs, labels = features(setup)
    ours = centred(setup.model.head.weight.detach().numpy(), setup.model.head.bias.detach().numpy())
    distance = []
    for times in (1, 2):
        # ours: mean loss + decay / 2 * |W|^2; theirs: C * sum of losses + 1 / 2 * |W|^2
        theirs = LogisticRegression(C=1 / (times * decay * len(labels)), tol=1e-8, max_iter=10_000)
        theirs.fit(inputs.numpy().astype(np.float64), labels.numpy())
        expected = centred(theirs.coef_, theirs.intercept_)
        distance.append(np.linalg.norm(ours - expected) / np.linalg.norm(expected))
    assert distance[0] < 0.01 < 0.1 < distance[1]


def centred(weights, bias):
    """Coefficients of which the classes' mean is taken off: it changes no probability."""
    both = np.concatenate([weights, bias[:, None]], axis=1)
    return both - both.mean(axis=0)


def test_a_stronger_decay_gives_smaller_weights(pictures, tmp_path):
    sizes = []
    for decay in (0.0, 0.02, 0.5):
        setup = prepare(describe(pictures, epochs=5, recipe={"weight_decay": decay}), tmp_path, saved=False)
        run(setup)
        sizes.append(float(setup.model.head.weight.detach().norm()))
    assert sizes[0] > 1.2 * sizes[1] > 1.4 * sizes[2]


def test_only_the_head_moves_and_events_are_those_of_any_phase(pictures, tmp_path):
    setup = prepare(describe(pictures, epochs=3), tmp_path, saved=False)
    before = copy(setup.model)
    events = run(setup)
    after = setup.model.state_dict()
    assert {name for name in before if not torch.equal(before[name], after[name])} == {"head.weight", "head.bias"}
    assert [e.phase for e in events if isinstance(e, PhaseStarted)] == [0]
    assert [e.step for e in events if isinstance(e, StepEnded)] == [1, 2, 3]
    assert [e.epoch for e in epochs_of(events)] == [0, 1, 2]


@pytest.mark.parametrize(("pipeline", "views"), [(PipelineSpec(), 1), (None, 3)])
def test_every_view_is_computed_once_and_views_that_do_not_vary_are_one(pictures, tmp_path, pipeline, views):
    parts = {} if pipeline is None else {"pipeline": pipeline}
    setup = prepare(describe(pictures, epochs=5, views=3, **parts), tmp_path, saved=False)
    counter = Counter(setup)
    run(setup)
    assert counter.images == views * len(setup.train_items) + len(setup.val_items)


def test_it_has_not_converged_before_it_has_seen_every_view(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(LbfgsFit, "round", lambda self: (0.5, float(self.rows), True))
    events = run(prepare(describe(pictures, epochs=5, views=3), tmp_path, saved=False))
    assert [e.epoch for e in epochs_of(events)] == [0, 1, 2]


def test_the_next_phase_begins_where_the_solver_ended(pictures, tmp_path):
    from core.backbones.stages import stage_table

    last = tuple(stage.name for stage in stage_table(NAME))[-2:]
    phases = (*describe(pictures).phases, Phase(stages=last, epochs=1, learning_rate=1e-6))
    events = run(prepare(describe(pictures, phases=phases), tmp_path, saved=False))
    fitted, after = ([e for e in epochs_of(events) if e.phase == phase] for phase in (0, 1))
    assert len(fitted) < 40
    assert len(after) == 1
    assert after[0].val_loss == pytest.approx(fitted[-1].val_loss, abs=0.02)
    assert abs(fitted[0].val_loss - fitted[-1].val_loss) > 0.05


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"phases": (Phase(stages=("blocks4", "head"), epochs=1, solver="lbfgs"),)}, "phase 1 .*head"),
        ({"phases": (Phase(stages=("blocks4",), epochs=1, solver="lbfgs"),)}, "phase 1 .*head"),
        ({"views": "fresh"}, "no fresh views"),
        ({"recipe": Recipe(mixup=0.2)}, "no mixup"),
        ({"recipe": Recipe(cutmix=0.2)}, "no CutMix"),
    ],
)
def test_what_cannot_be_solved_is_refused(pictures, changes, said):
    experiment = describe(pictures)
    assert isinstance(experiment.changed(seed=1), Experiment)
    with pytest.raises(InvalidExperiment, match=said):
        experiment.changed(**changes)


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_run_resumed_between_two_rounds_is_bit_equal(pictures, tmp_path, rounds):
    experiment = describe(pictures, epochs=4)
    whole = losses(run(prepare(experiment, tmp_path / "whole")))
    running, seen = train(prepare(experiment, tmp_path / "cut"), Control()), []
    for event in running:
        if isinstance(event, StepEnded) and event.epoch == rounds:
            break
        seen.append(event)
    running.close()
    rest = run(prepare(experiment, tmp_path / "cut"))
    assert rest[0].first_epoch == rounds
    assert sorted(losses(seen) + losses(rest)) == sorted(whole)


def test_a_run_resumed_after_it_converged_does_nothing_more(pictures, tmp_path):
    events = run(prepare(describe(pictures), tmp_path))
    again = run(prepare(describe(pictures), tmp_path))
    assert len(epochs_of(events)) > 1
    assert epochs_of(again) == []
    assert again[-1] == events[-1]


@pytest.mark.parametrize(("when", "done"), [(RunStarted, 0), (StepEnded, 1), (EpochEnded, 1)])
def test_it_stops_when_asked(pictures, tmp_path, when, done):
    control, events = Control(), []
    for event in train(prepare(describe(pictures), tmp_path, saved=False), control):
        events.append(event)
        if isinstance(event, when):
            control.stop()
    assert events[-1].stopped
    assert len(epochs_of(events)) == done
    assert events[-1].best_epoch == (0 if done else None)


def test_features_that_are_not_finite_are_said(pictures, tmp_path):
    setup = prepare(describe(pictures), tmp_path, saved=False)
    with torch.no_grad():
        setup.model.norm.weight[0] = torch.inf
    with pytest.raises(LossNotFinite, match="not finite"):
        run(setup)


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_features_that_do_not_fit_together_are_said(pictures, tmp_path, error):
    setup = prepare(describe(pictures), tmp_path, saved=False)

    def enter(module, given):
        if torch.is_grad_enabled() and len(given[0]) > len(setup.train_items):  # the second view
            raise error

    setup.model.head.register_forward_pre_hook(enter)
    with pytest.raises(OutOfMemory, match="fewer views, or train this phase in steps"):
        run(setup)


def test_features_that_cannot_even_be_gathered_are_said():
    class Huge:
        @property
        def tensor(self):
            raise SHORTAGES[1]

    asked = []
    setup = SimpleNamespace(pixels=SimpleNamespace(relieve=lambda: bool(asked.append(1)) or len(asked) < 3))
    fit = LbfgsFit(setup, None, torch.optim.LBFGS([torch.zeros(2, 2)]))
    with pytest.raises(OutOfMemory, match="fewer views, or train this phase in steps"):
        fit.add([Huge()])
    assert len(asked) == 3, "as long as something could go"


def test_a_round_that_runs_out_of_memory_is_made_again_once_kept_features_have_gone(pictures, tmp_path):
    setup, entered = prepare(describe(pictures, epochs=40), tmp_path), []

    def enter(module, given):
        if torch.is_grad_enabled():
            entered.append(1)
            if len(entered) in (3, 4):
                raise SHORTAGES[0]

    asked, setup.pixels.relieve = [], None
    real = PhaseInputs.of_phase

    def of_phase(self, index):
        found = real(self, index)
        setup.pixels.relieve = lambda: bool(asked.append(1)) or len(asked) < 3
        return found

    setup.model.head.register_forward_pre_hook(enter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PhaseInputs, "of_phase", of_phase)
        events = run(setup)
    assert len(asked) == 2
    whole = run(prepare(describe(pictures, epochs=40), tmp_path / "whole"))
    assert losses(events)[-1] == pytest.approx(losses(whole)[-1], rel=1e-3)


@pytest.mark.parametrize(("many", "told"), [(1000, False), (1, True)])
def test_of_many_images_it_is_told_how_far_their_features_are(pictures, tmp_path, monkeypatch, many, told):
    monkeypatch.setattr(loop, "MANY", many)
    monkeypatch.setattr(loop, "BATCH_SIZE", 6)
    setup = prepare(describe(pictures, epochs=3), tmp_path)
    events = run(setup)
    found = [(one.done, one.total) for one in events if isinstance(one, Progress)]
    count = len(setup.train_items)
    assert found == ([(n * count // 2, count) for n in (1, 2)] * 2 if told else []), "for each view, batch by batch"
