"""A run's answers, as they are kept and read back."""

import json

import pytest

from core.errors import RunConflict
from core.runs.artifacts import predictions_file, read_predictions
from core.training.kept import Kept

GOOD = {"names": ["a", "b"], "paths": ["/a", "/b"], "labels": [1, 0], "probabilities": [[0.25, 0.75], [0.5, 0.5]]}


@pytest.fixture
def written(tmp_path):
    def write(content):
        predictions_file(tmp_path, "val", Kept.CHOSEN).write_text(json.dumps(content))
        return tmp_path

    return write


def test_answers_of_an_earlier_version_have_no_version(written):
    found = read_predictions(written(GOOD), "val")
    assert (found.names, found.labels.tolist(), found.several) == (("a", "b"), [1, 0], False)
    assert read_predictions(written(GOOD | {"version": 1}), "val").probabilities.tolist() == GOOD["probabilities"]


def test_several_labels_are_lists_of_classes(written):
    found = read_predictions(written(GOOD | {"labels": [[0, 1], []]}), "val")
    assert (found.labels.tolist(), found.several) == ([[True, True], [False, False]], True)


@pytest.mark.parametrize(
    "content",
    [
        {"matrix": [[1]]}, GOOD | {"labels": 3}, [GOOD],
        GOOD | {"labels": [[2], [0]]}, GOOD | {"probabilities": [[0.1], [0.2, 0.8]]}, GOOD | {"labels": ["cat", "dog"]},
    ],
)  # fmt: skip
def test_what_cannot_be_answers_is_damaged(written, content):
    with pytest.raises(RunConflict, match=r"predictions-val\.json of this run is damaged"):
        read_predictions(written(content), "val")


def test_what_a_later_version_wrote_is_not_called_damaged(written):
    with pytest.raises(RunConflict, match="A later version of Graft wrote the val predictions"):
        read_predictions(written(GOOD | {"version": 2, "labels": {}}), "val")


def test_a_run_that_was_not_evaluated_says_so(tmp_path):
    with pytest.raises(RunConflict, match="not evaluated"):
        read_predictions(tmp_path, "test")
