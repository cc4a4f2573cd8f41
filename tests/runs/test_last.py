"""Whether the model of the last epoch can be used instead of the chosen one, and why not."""

from dataclasses import replace

import pytest

from core.runs.last import why_not
from core.runs.status import Status
from core.training.kept import LAST_WEIGHTS
from tests.runs.stored import a_run

VAL = {"accuracy": 0.5, "n": 4}
ENDED = {"val": VAL, "best_epoch": 1, "epochs": 4}


def ended(status=Status.COMPLETED, **results):
    return replace(a_run(status=status), results={**ENDED, **results})


@pytest.fixture
def last(tmp_path):
    (tmp_path / LAST_WEIGHTS).write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize("best", [0, 1, 3])
def test_where_the_weights_of_the_last_epoch_are_there_they_can_be_used(last, best):
    assert why_not(last, ended(best_epoch=best)) is None


@pytest.mark.parametrize(("best", "said"), [(2, "older version"), (3, "is the one that is kept"), (0, "older version")])
def test_without_them_the_last_epoch_is_kept_already_or_was_not_written(tmp_path, best, said):
    assert said in why_not(tmp_path, ended(best_epoch=best))


@pytest.mark.parametrize("results", [{"val": None}, {"best_epoch": None}, {"val": None, "best_epoch": None}])
def test_a_run_that_was_not_evaluated_has_no_model_to_choose(last, results):
    assert why_not(last, ended(**results)) == "The run has no evaluated model yet."


@pytest.mark.parametrize("status", list(Status))
def test_a_live_run_is_not_over(last, status):
    assert (why_not(last, ended(status)) or "").startswith("The run is not over") is status.live


def test_the_first_epoch_can_be_the_chosen_and_the_last_one(tmp_path):
    assert "is the one that is kept" in why_not(tmp_path, ended(best_epoch=0, epochs=1))
