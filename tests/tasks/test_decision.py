"""From probabilities to an answer."""

import pytest

from core.task import SPECS
from core.tasks.decision import Decision


def test_one_class_per_image_is_the_most_probable_one():
    decision = Decision.of("classification", ("a", "b", "c"), None)
    assert not decision.several
    assert decision.predicted((0.2, 0.5, 0.3)) == (1,)
    assert decision.names((0.4, 0.4, 0.2)) == ("a",)


def test_of_several_every_one_that_reaches_its_own_threshold_the_most_probable_first():
    decision = Decision.of("multilabel", ("a", "b", "c"), (0.3, 0.9, 0.5))
    assert decision.several
    assert decision.predicted((0.3, 0.89, 0.7)) == (2, 0)
    assert decision.names((0.1, 0.1, 0.1)) == ()


def test_without_kept_thresholds_a_half():
    assert Decision.of("multilabel", ("a", "b"), None).thresholds == (0.5, 0.5)


@pytest.mark.parametrize("kind", list(SPECS))
def test_the_registry_knows_every_task_that_an_experiment_can_name(kind):
    from core.tasks.registry import task_of_model

    task = task_of_model(kind, ("a", "b"))
    assert (task.kind, task.classes, task.outputs) == (kind, ("a", "b"), 2)


def test_the_model_s_own_thresholds_go_before_a_half_and_one_class_has_none():
    assert Decision.of("multilabel", ("a", "b"), (0.3, 0.7)).thresholds == (0.3, 0.7)
    assert Decision.of("classification", ("a", "b"), None).thresholds is None
