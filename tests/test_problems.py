"""What is wrong with an experiment file, in words of our own that blame only what is wrong."""

import pytest

from core.errors import InvalidExperiment
from core.experiment import Experiment


def refused(**values) -> str:
    phase = {"stages": ["head"], "epochs": 2}
    with pytest.raises(InvalidExperiment) as caught:
        Experiment.parse({"data": {"source": "sample:signs"}, "phases": [phase]} | values)
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "message_text"),
    [
        ({"name": 7}, "name: there is no such field (got 7)"),
        ({"phases": 3}, "phases: must be a list (got 3)"),
        ({"phases": []}, "phases: must have at least 1 item (got [])"),
        ({"phases": [{"epochs": 3, "stages": ["head"], "solver": "adam"}]}, "must be 'steps' or 'lbfgs' (got 'adam')"),
        ({"data": {"source": 5}}, "data.source: must be text (got 5)"),
        ({"recipe": {"batch_size": "many"}}, "recipe.batch_size: must be a whole number (got 'many')"),
        ({"recipe": None}, "recipe: must hold fields and their values (got None)"),
        ({"views": "none"}, "views: must be a whole number, or must be 'fresh' (got 'none')"),
        ({"seed": -1}, "seed: must be greater than or equal to 0 (got -1)"),
    ],
)
def test_a_value_that_is_wrong_is_named_with_what_is_allowed(values, message_text):
    message = refused(**values)
    assert message.startswith("The experiment is not valid: ")
    assert message_text in message
    assert ";" not in message, "one fault, one sentence"
    assert "Input" not in message


def test_entries_that_are_wrong_are_not_said_to_be_too_few():
    message = refused(phases=[{"epochs": 0}])
    assert "phases.0.stages: is missing; phases.0.epochs: must be" in message
    assert "at least 1 item" not in message


def test_eight_problems_are_named_and_the_others_counted():
    fields = {f"field {n}": n for n in range(9)}
    assert refused(**fields).startswith(
        "The experiment is not valid: field 0: there is no such field (got 0); field 1: "
    )
    assert refused(**fields).endswith("; field 7: there is no such field (got 7); and 1 more")
    del fields["field 8"]
    assert refused(**fields).endswith("; field 7: there is no such field (got 7)")


@pytest.mark.parametrize(
    ("value", "got"),
    [("a" * 38, "'" + "a" * 38 + "'"), ("a" * 39, "'aaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaa'"), ([1, 2], "[1, 2]"),
     ([1, 2, 3], "[1, 2, ...]"), ({"a": 1, "b": 2, "c": 3}, "{'a': 1, 'b': 2, ...}"), ([[[1]]], "[[[...]]]")],
)  # fmt: skip
def test_what_was_given_is_repeated_in_short(value, got):
    assert refused(name=value).endswith(f"name: there is no such field (got {got})")


@pytest.mark.parametrize("name", ["hint", "my field", "float", "a.b"])
def test_a_field_is_named_whatever_it_is_called(name):
    assert refused(**{name: 1}).endswith(f"not valid: {name}: there is no such field (got 1)")
    assert refused(data={"source": "x", "fingerprint": 5}).endswith("data.fingerprint: must be text (got 5)")


def test_fields_that_do_not_go_together_are_told_without_the_whole_experiment():
    solved = {"stages": ["head"], "epochs": 1, "solver": "lbfgs"}
    assert refused(phases=[solved], views="fresh").endswith(
        "not valid: phase 1 is fitted on kept features: no fresh views, no mixup, no CutMix"
    )
