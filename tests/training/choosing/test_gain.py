"""A later phase must gain more than half the standard error of the paired difference."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.experiment import Phase, PipelineSpec, Recipe
from core.tasks.base import Compared
from core.training import loop
from core.training.checkpoints import LAST
from core.training.choice import Standing, aligned, gain_over, moved, paired_error
from core.training.events import CheckpointWritten, EpochEnded, RunEnded
from core.training.gain import Gain
from core.training.inference import Answers
from core.training.loop import START, train
from core.work.control import Control
from tests.conftest import make_experiment
from tests.training.helpers import at_once, prepare

BEFORE = (0.9, 0.4, 0.2, 1.1, 0.3, 2.0)
AFTER = (0.7, 0.5, 0.1, 1.0, 0.3, 1.1)
PHASE = Phase(stages=("head",), epochs=9)


def standing(each, monitored=5.0, error=9.0):
    return Standing(monitored, error, Compared(sum(each) / len(each), tuple(each)))


def at(phase, kept_phase, each=BEFORE, **parts):
    return replace(START, epoch=6, phase=phase, best_epoch=2, best_phase=kept_phase, best_loss=3.0,
                   best_value=sum(each) / len(each), best_each=tuple(each), **parts)  # fmt: skip


def test_the_error_is_that_of_the_paired_difference():
    differences = np.subtract(BEFORE, AFTER)
    assert paired_error(BEFORE, AFTER) == pytest.approx(differences.std(ddof=1) / math.sqrt(6))
    assert paired_error(BEFORE, AFTER) < np.std(AFTER, ddof=1) / math.sqrt(6), "not that of the mean"
    gain = gain_over(at(1, 0), standing(AFTER))
    assert gain == pytest.approx((0.2, paired_error(BEFORE, AFTER)))


def test_images_that_either_could_not_read_are_left_out_of_the_error():
    with_hole = (*AFTER[:2], math.nan, *AFTER[3:])
    both = [n for n in range(6) if n != 2]
    wanted = np.subtract(BEFORE, AFTER)[both].std(ddof=1) / math.sqrt(5)
    assert paired_error(BEFORE, with_hole) == paired_error(with_hole, BEFORE) == pytest.approx(wanted)
    assert paired_error((0.5, math.nan), (0.1, 0.2)) == 0.0


@pytest.mark.parametrize(("mean", "within"), [(0.0, True), (0.049, True), (0.05, True), (0.051, False), (-1.0, True)])
def test_half_a_standard_error_is_the_edge(mean, within):
    assert Gain(mean, 0.1).within_chance is within


def test_a_small_gain_that_all_images_share_is_kept_and_one_of_a_single_image_is_not():
    shared = tuple(one - 0.01 for one in BEFORE)
    single = (*BEFORE[:5], BEFORE[5] - 0.06)
    for each, kept in ((shared, True), (single, True), (BEFORE, False), (AFTER, True)):
        now = standing(each)
        after = moved(at(1, 0), PHASE, Recipe(), now, gain_over(at(1, 0), now), step=70, converged=False)
        assert (after.best_epoch == 7) is kept
    noisy = tuple(one + by for one, by in zip(BEFORE, (-0.5, 0.4, -0.3, 0.5, -0.4, 0.2), strict=True))
    now = standing(noisy)
    assert now.compared.value < sum(BEFORE) / 6, "it is lower"
    after = moved(at(1, 0), PHASE, Recipe(), now, gain_over(at(1, 0), now), step=70, converged=False)
    assert (after.best_epoch, after.best_value, after.best_each) == (2, sum(BEFORE) / 6, BEFORE), "but within chance"


def test_within_a_phase_the_lower_value_is_kept_whatever_the_early_stopping_sees():
    now = standing(tuple(one - 1e-6 for one in BEFORE), monitored=8.0)
    assert gain_over(at(1, 1), now) is None
    after = moved(
        at(1, 1, phase_best=7.0, stale_epochs=2), PHASE, Recipe(patience=3), now, None, step=70, converged=False
    )
    assert (after.best_epoch, after.best_loss, after.best_each) == (7, 8.0, now.compared.each)
    assert (after.stale_epochs, after.phase_over, after.phase_best) == (3, True, 7.0), "the raw value ends a phase"


def test_an_equal_value_is_no_gain_and_ends_a_phase_that_waits_for_one_epoch():
    equal = standing(BEFORE, monitored=7.0)
    for patience, over in ((0, False), (1, True), (2, False)):
        began = at(1, 1, phase_best=7.0)
        after = moved(began, PHASE, Recipe(patience=patience), equal, None, step=70, converged=False)
        assert (after.best_epoch, after.stale_epochs, after.phase_over) == (2, 1, over)
    old = replace(at(1, 1, phase_best=7.0), best_value=None, best_loss=7.0)
    assert moved(old, PHASE, Recipe(), equal, None, step=70, converged=False).best_epoch == 2
    lower = moved(at(1, 1, phase_best=7.1), PHASE, Recipe(patience=1), equal, None, step=70, converged=False)
    assert (lower.stale_epochs, lower.phase_over, lower.phase_best) == (0, False, 7.0)


def test_a_checkpoint_of_an_older_version_is_compared_by_its_own_rule():
    old = replace(at(1, 0), best_value=None, best_each=())
    for monitored, kept in ((2.1, False), (2.05, False), (1.9, True)):  # 3.0 less a standard error of 1.0
        now = standing(AFTER, monitored, error=1.0)
        after = moved(old, PHASE, Recipe(), now, gain_over(old, now), step=70, converged=False)
        assert (after.best_epoch == 7) is kept
    same = replace(old, best_phase=1)
    after = moved(same, PHASE, Recipe(), standing(AFTER, 2.9), None, step=70, converged=False)
    assert (after.best_epoch, after.best_value) == (7, pytest.approx(sum(AFTER) / 6))


def test_values_stand_at_the_places_of_their_images(divided, tmp_path):
    items = prepare(make_experiment(divided), tmp_path).val_items
    found = aligned((0.1, 0.3, 0.4), (items[0], items[2], items[3]), items)
    assert found[0] == 0.1
    assert found[2:4] == (0.3, 0.4)
    assert math.isnan(found[1])
    assert len(found) == len(items) == 5
    assert aligned((5, 4, 3, 2, 1), items, items) == (5, 4, 3, 2, 1)


def targets_of(items):
    return torch.tensor([item.label for item in items])


def scripted(divided, folder, monkeypatch, script):
    """Epochs whose validation logits are those of the script: two of phase 1, then those of phase 2."""

    def answer(_part, _source, items, *_, **__):
        return Answers((next(script), targets_of(items)), tuple(items), ())

    monkeypatch.setattr(loop, "answering", at_once(answer))
    phases = tuple(Phase(stages=("head",), epochs=n) for n in (2, 3))
    recipe = Recipe(batch_size=16, precision="fp32", label_smoothing=0.0)
    return prepare(make_experiment(divided, phases=phases, pipeline=PipelineSpec(), views=1, recipe=recipe), folder)


def test_an_overconfident_epoch_is_kept_for_what_it_knows_and_a_resumed_run_decides_alike(
    divided, tmp_path, monkeypatch
):
    labels = torch.tensor([item.label for item in prepare(make_experiment(divided), tmp_path / "x").val_items])
    right = torch.nn.functional.one_hot(labels, 3).float()
    one_wrong = right.clone()
    one_wrong[0] = right[0].roll(1)
    two_wrong = one_wrong.clone()
    two_wrong[4] = right[4].roll(1)
    # the fourth is far too sure: its raw loss is higher than any of phase 1, at its temperature it is the lowest
    logits = [two_wrong, 1.5 * two_wrong, 2 * two_wrong, 8 * one_wrong, 7 * two_wrong]
    whole = list(train(scripted(divided, tmp_path / "a", monkeypatch, iter(logits)), Control()))
    epochs = [event for event in whole if isinstance(event, EpochEnded)]
    assert epochs[3].val_loss > max(epoch.val_loss for epoch in epochs[:2]) + 0.3
    assert whole[-1] == RunEnded(stopped=False, epochs=5, best_epoch=3)
    assert [e.gain is None for e in epochs] == [True, True, False, False, True], "then one of its own phase is kept"
    assert epochs[3].gain == pytest.approx(epochs[1].value - epochs[3].value, abs=1e-6)

    script, control = iter(logits), Control()
    for event in train(scripted(divided, tmp_path / "b", monkeypatch, script), control):
        if isinstance(event, CheckpointWritten) and event.epoch == 2:
            control.abort()
    rest = list(train(scripted(divided, tmp_path / "b", monkeypatch, iter(logits[3:])), Control()))
    again = [event for event in rest if isinstance(event, EpochEnded)]
    told = [(e.epoch, e.value, e.gain, e.gain_error, e.best) for e in epochs]
    assert [(e.epoch, e.value, e.gain, e.gain_error, e.best) for e in again] == told[3:]

    state = torch.load(tmp_path / "b" / "run" / LAST, weights_only=True)
    for name in ("best_value", "best_each"):  # as an older version wrote it
        del state["position"][name]
    torch.save(state, tmp_path / "b" / "run" / LAST)
    assert list(train(scripted(divided, tmp_path / "b", monkeypatch, iter(())), Control()))[-1].best_epoch == 3
