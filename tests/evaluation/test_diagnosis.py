import math
import random

import pytest

from core.backbones.stages import stage_table
from core.evaluation.diagnosis import Augmentation, diagnose
from core.experiment import Phase, Recipe
from core.screening.verdict import Verdict
from core.training.events import EpochEnded
from tests.conftest import make_experiment


def epochs(train, val, phase=None, accuracy=None, gap=0.0):
    known = accuracy or [max(0.0, min(1.0, 1 - loss / 2)) for loss in train]
    return [
        EpochEnded(
            epoch=i,
            phase=phase[i] if phase else 0,
            step=10 * (i + 1),
            train_loss=train[i],
            train_accuracy=known[i],
            val_loss=val[i],
            val_accuracy=max(0.0, known[i] - gap),
            learning_rate=1e-3,
            seconds=1.0,
            images_per_second=10.0,
            best=val[i] == min(val[: i + 1]),
        )
        for i in range(len(train))
    ]


FALLING = [1.5, 1.2, 1.0, 0.85, 0.72, 0.6, 0.5, 0.42, 0.35, 0.3]
RISING_AGAIN = [1.4, 1.1, 0.9, 0.8, 0.78, 0.82, 0.88, 0.95, 1.02, 1.1]
SETTLED = [1.4, 1.0, 0.8, 0.71, 0.70, 0.70, 0.71, 0.70, 0.70, 0.71]


def noisy(values, size, seed):
    source = random.Random(seed)
    return [value + source.gauss(0, size) for value in values]


def test_memorising():
    message = diagnose(epochs(FALLING, RISING_AGAIN))
    assert message is not None
    assert message.startswith("The validation loss has risen for 4 epochs")
    assert "while the training loss fell: the model is memorising" in message
    assert "Epoch 5 is chosen: nothing after it helped" in message


@pytest.mark.parametrize(
    ("last", "is_said"), [((2.0, 2.0, 2.0), True), ((1.99, 1.95, 1.90), True), ((1.99, 1.93, 1.85), False)]
)
def test_a_loss_that_falls_at_the_end_has_moved(last, is_said):
    losses = [2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, *last]
    said = diagnose(epochs(losses, [1.0] * 10, accuracy=[0.4] * 10)) or ""
    assert ("has hardly moved" in said) == is_said


def test_it_is_no_memorising_where_the_training_loss_had_settled_before():
    settled = [1.5, 0.8, 0.52, *[0.5] * 7]
    assert "memorising" not in (diagnose(epochs(settled, RISING_AGAIN)) or "")


def test_memorising_is_said_while_it_runs_too():
    assert diagnose(epochs(FALLING, RISING_AGAIN), finished=False) == diagnose(epochs(FALLING, RISING_AGAIN))


def test_a_settled_training_needs_no_word():
    assert diagnose(epochs(FALLING, SETTLED)) is None


def test_a_flat_validation_loss_under_a_large_gap_is_overfitting():
    message = diagnose(epochs(FALLING, SETTLED, gap=0.25))
    assert message is not None
    assert message.startswith("The model is overfitting: it knows 82 % of the training images but only 57 %")
    assert "validation loss (0.70) no longer falls" in message
    assert diagnose(epochs(FALLING, SETTLED, gap=0.25), finished=False) == message


@pytest.mark.parametrize(
    ("val", "gap"),
    [
        (SETTLED, 0.15),  # as far as few validation images may be wrong by chance
        ([value * 0.6 for value in SETTLED], 0.25),  # the losses are close: a few lucky answers
        ([2 * value for value in FALLING], 0.25),  # still getting better
    ],
)
def test_what_is_not_called_overfitting(val, gap):
    assert "overfitting" not in (diagnose(epochs(FALLING, val, gap=gap)) or "")


def test_still_improving_is_said_only_at_the_end():
    run = epochs(FALLING, [value + 0.1 for value in FALLING])
    message = diagnose(run)
    assert message is not None
    assert "still falling at the end" in message
    assert "more epochs would likely help" in message
    assert diagnose(run, finished=False) is None


def test_nothing_learned():
    message = diagnose(epochs([1.61, 1.62, 1.60, 1.61, 1.60, 1.61], [1.61] * 6, accuracy=[0.2] * 6))
    assert message is not None
    assert "hardly moved in 6 epochs" in message


def test_a_loss_that_stays_low_is_not_called_unlearned():
    assert diagnose(epochs([0.05] * 6, [0.2] * 6)) is None


def test_steps_too_large():
    message = diagnose(epochs([1.5, 1.0, 0.9, 1.1, 1.5, 2.0, 2.6, 3.0], [1.5, 1.1, 1.0, 1.3, 1.7, 2.2, 2.8, 3.3]))
    assert message is not None
    assert "smaller" in message
    assert "memorising" not in message


@pytest.mark.parametrize("count", range(4))
def test_three_epochs_say_nothing(count):
    assert diagnose(epochs(FALLING[:count], RISING_AGAIN[-count:] if count else [])) is None


def test_a_jump_at_a_phase_boundary_is_not_memorising():
    """Unfreezing lifts the validation loss once, while the training loss goes on falling."""
    val = [1.0, 0.8, 0.7, 0.65, 0.95, 0.93, 0.94, 0.93, 0.94, 0.93]
    assert diagnose(epochs(FALLING, val, phase=[0] * 4 + [1] * 6)) is None
    assert diagnose(epochs(FALLING[:7], val[:7], phase=[0] * 4 + [1] * 3)) is None


def test_memorising_in_the_second_phase_names_the_epoch_of_the_whole_run():
    run = epochs([1.8, 1.7, *FALLING], [1.8, 1.7, *RISING_AGAIN], phase=[0] * 2 + [1] * 10)
    assert "Epoch 7 is chosen" in (diagnose(run) or "")


def test_where_the_second_phase_is_worse_the_epoch_of_the_first_is_named():
    run = epochs([1.0, 0.9, *FALLING], [0.5, 0.45, *RISING_AGAIN], phase=[0] * 2 + [1] * 10)
    assert "Epoch 2 is chosen" in (diagnose(run) or "")


def test_a_loss_that_is_not_finite_is_not_judged():
    assert diagnose(epochs(FALLING, [*RISING_AGAIN[:-1], math.nan])) is None


@pytest.mark.parametrize("length", [8, 20, 40])
def test_noise_alone_raises_few_alarms(length):
    train = [0.3 + 1.2 * math.exp(-i / 4) for i in range(length)]
    val = [0.6 + 0.8 * math.exp(-i / 2) for i in range(length)]
    alarms = sum(
        diagnose(epochs(noisy(train, 0.02, seed), noisy(val, 0.05, seed + 1000)), finished=False) is not None
        for seed in range(100)
    )
    assert alarms <= 3


def test_memorising_is_found_under_noise():
    train = [0.2 + 1.3 * math.exp(-i / 5) for i in range(20)]
    val = [0.6 + 0.8 * math.exp(-i / 2) + max(0, i - 5) * 0.05 for i in range(20)]
    found = [diagnose(epochs(noisy(train, 0.02, seed), noisy(val, 0.03, seed + 1000))) for seed in range(50)]
    assert sum("memorising" in (message or "") for message in found) >= 48


STUCK = ([1.61, 1.62, 1.60, 1.61, 1.60, 1.61], [1.61] * 6)


@pytest.mark.parametrize("light", [Verdict.RED, Verdict.AMBER])
def test_more_augmentation_is_never_advised_where_it_harms_labels(light):
    harming = Augmentation(light=light)
    overfitted = epochs(FALLING, SETTLED, gap=0.25)
    for run in (epochs(FALLING, RISING_AGAIN), overfitted):
        message = diagnose(run, augmentation=harming)
        assert message is not None
        assert "stronger" not in message
        assert "fewer trainable stages" in message
        assert ("destroys labels" if light is Verdict.RED else "may harm labels") in message


def test_more_augmentation_is_advised_plainly_only_where_labels_survive():
    run = epochs(FALLING, RISING_AGAIN)
    assert "Try stronger augmentation, fewer" in diagnose(run, augmentation=Augmentation(light=Verdict.GREEN))
    for light in (None, Verdict.UNKNOWN):
        message = diagnose(run, augmentation=Augmentation(light=light))
        assert "Try stronger augmentation (check first that labels survive it), fewer" in message
        assert "destroys" not in message


def test_without_any_augmentation_it_is_neither_stronger_nor_weaker():
    none = Augmentation(any=False)
    assert "Try augmentation, fewer trainable stages, or early" in diagnose(
        epochs(FALLING, RISING_AGAIN), augmentation=none
    )
    message = diagnose(epochs(*STUCK, accuracy=[0.2] * 6), augmentation=none)
    assert "Try a larger learning rate or more trainable stages." in message
    assert "weaker augmentation" in diagnose(epochs(*STUCK, accuracy=[0.2] * 6))


ALL = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))
LBFGS_PHASE = Phase(stages=("head",), epochs=6, solver="lbfgs")


def plan(tmp_path, *phases, **recipe):
    return make_experiment(tmp_path, phases=phases, recipe=Recipe(**recipe))


def test_nothing_is_advised_that_the_settings_rule_out(tmp_path):
    red, memorising, stuck = (
        Augmentation(light=Verdict.RED),
        epochs(FALLING, RISING_AGAIN),
        epochs(*STUCK, accuracy=[0.2] * 6),
    )
    several = Phase(stages=ALL[-2:], epochs=6)
    for phases, recipe, advice in (
        ((several,), {}, "Try fewer trainable stages or early stopping."),
        ((several,), {"patience": 3}, "Try fewer trainable stages."),
        ((LBFGS_PHASE,), {}, "Try early stopping."),
        ((LBFGS_PHASE,), {"patience": 3}, "Try more images."),
    ):
        assert advice in diagnose(memorising, augmentation=red, experiment=plan(tmp_path, *phases, **recipe))
    for phase, augmentation, advice in (
        (several, Augmentation(), "Try a larger learning rate, more trainable stages, or weaker augmentation."),
        (several, Augmentation(strength=False), "stages, or a training without augmentation."),
        (LBFGS_PHASE, Augmentation(any=False), "Try more trainable stages."),
        (Phase(stages=ALL, epochs=6), Augmentation(any=False), "Try a larger learning rate."),
    ):
        assert advice in diagnose(stuck, augmentation=augmentation, experiment=plan(tmp_path, phase))


def test_it_is_the_phase_at_the_end_whose_settings_count(tmp_path):
    run = epochs([1.9, 1.8, *FALLING], [1.9, 1.8, *RISING_AGAIN], phase=[0, 0] + [1] * 10)
    both = plan(tmp_path, LBFGS_PHASE, Phase(stages=ALL[-2:], epochs=10))
    assert "fewer trainable stages" in diagnose(run, experiment=both)
    assert "fewer trainable stages" not in diagnose(
        run, experiment=plan(tmp_path, Phase(stages=ALL, epochs=2), LBFGS_PHASE)
    )


def test_a_head_that_is_fitted_without_a_rate_is_not_told_to_take_a_smaller_one(tmp_path):
    climbing = epochs([1.0, 0.9, 0.8, 1.0, 1.3, 1.7, 2.2], [1.0] * 7)
    assert "learning rate" in diagnose(climbing, experiment=plan(tmp_path, Phase(stages=("head",), epochs=7)))
    assert "learning rate" not in (diagnose(climbing, experiment=plan(tmp_path, LBFGS_PHASE)) or "")
