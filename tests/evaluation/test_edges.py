"""From where on something is said of a training's curves: on both sides of each threshold."""

import math

import pytest

from core.evaluation.diagnosis import Leeway, diagnose
from core.experiment import Phase, Recipe
from tests.conftest import make_experiment
from tests.evaluation.test_diagnosis import ALL, FALLING, SETTLED, epochs

DROPPING = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5]


def said(*given, **more):
    return diagnose(epochs(*given, **more)) or ""


def test_the_fourth_epoch_of_a_phase_is_the_first_that_is_judged():
    assert "still falling at the end (1.50 to 1.02 over the last 3 epochs)" in said(FALLING[:4], FALLING[:4])
    assert said(FALLING[:3], FALLING[:3]) == ""
    assert said([2.0, *FALLING[:3]], [2.0, *FALLING[:3]], phase=[0, 1, 1, 1]) == ""


@pytest.mark.parametrize("count", [4, 5])
def test_the_fifth_epoch_is_the_first_at_which_nothing_was_learned(count):
    flat = [1.61] * count
    assert ("hardly moved in 5 epochs" in said(flat, flat, accuracy=[0.2] * count)) == (count == 5)


@pytest.mark.parametrize(("gained", "told"), [(0.04, True), (0.06, False)])
def test_who_gains_accuracy_has_learned_though_the_loss_stands_and_even_where_it_is_lost_again(gained, told):
    flat = [1.61] * 6
    assert ("hardly moved" in said(flat, flat, accuracy=[0.2, 0.2, 0.2 + gained, 0.2, 0.2, 0.2])) == told


@pytest.mark.parametrize(("accuracy", "told"), [(0.79, True), (0.81, False)])
def test_who_knows_most_images_already_need_not_learn_more(accuracy, told):
    assert ("hardly moved" in said([1.61] * 6, [1.61] * 6, accuracy=[accuracy] * 6)) == told


@pytest.mark.parametrize(("fell", "told"), [(0.025, True), (0.035, False)])
def test_a_loss_that_fell_by_a_few_hundredths_has_moved(fell, told):
    losses = [1.0, *[1 - fell] * 6]
    assert ("hardly moved in 7 epochs" in said(losses, losses, accuracy=[0.5] * 7)) == told


@pytest.mark.parametrize("up", [2, 3, 4])
def test_a_rise_counts_from_the_third_epoch_on(up):
    rising = DROPPING + [0.5 + 0.4 * (number + 1) for number in range(up)]
    memorising = said([2.0 - 0.15 * number for number in range(6 + up)], rising)
    climbing = said(rising, rising)
    if up < 3:
        assert (memorising, climbing) == ("", "")
    else:
        end = {3: "1.30", 4: "1.70"}[up]
        assert memorising.startswith(f"The validation loss has risen for {up} epochs (0.60 to {end}) while")
        assert climbing.startswith(f"The training loss has risen over the last {up} epochs (0.60 to {end}): the steps")


@pytest.mark.parametrize(("gap", "told"), [(0.19, False), (0.21, True)])
def test_overfitting_starts_at_a_gap_of_a_fifth(gap, told):
    assert ("overfitting" in said(FALLING, SETTLED, gap=gap)) == told


@pytest.mark.parametrize(("ratio", "told"), [(1.48, False), (1.52, True)])
def test_overfitting_starts_at_one_and_a_half_of_the_training_loss(ratio, told):
    trained, settled = sum(FALLING[-3:]) / 3, sum(SETTLED[-3:]) / 3
    val = [value * ratio * trained / settled for value in SETTLED]
    assert ("overfitting" in said(FALLING, val, gap=0.25)) == told


def test_a_loss_that_stopped_falling_in_the_last_epochs_is_not_still_falling():
    again = [*FALLING[:-2], 0.35, 0.5]
    assert "still falling" not in said(FALLING, again)
    assert "still falling" in said(FALLING, FALLING)


def test_what_of_a_phase_can_be_changed(tmp_path):
    one, two, every = (Phase(stages=stages, epochs=6) for stages in (ALL[-1:], ALL[-2:], ALL))
    plan = make_experiment(tmp_path, phases=(one, two, every), recipe=Recipe(patience=1))
    assert [Leeway.of(plan, index) for index in (0, 1, 2)] == [
        Leeway(True, False, True, False), Leeway(True, True, True, False), Leeway(True, True, False, False),
    ]  # fmt: skip
    assert Leeway.of(plan, 7) == Leeway.of(plan, 2), "a phase that was taken out since"


@pytest.mark.parametrize("lost", [0, 1])
def test_an_epoch_whose_loss_was_no_number_does_not_count_in_what_was_learned(lost):
    losses = [2.0, 2.0, 1.5, 1.4, 1.3, 1.2, 1.1]
    losses[lost] = math.nan
    assert "hardly moved" not in said(losses, [1.0] * 7, phase=[0, 0, *[1] * 5], accuracy=[0.3] * 7)
    flat = [1.61] * 7
    flat[lost] = math.nan
    assert "hardly moved" in said(flat, [1.0] * 7, phase=[0, 0, *[1] * 5], accuracy=[0.3] * 7)
