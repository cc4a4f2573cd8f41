"""What mending labels brings: trained on labels of which some are swapped, and again after those were mended that the
search found."""

import math

import numpy as np
import pytest

from core.data.edits import edit_of
from core.data.sources import load_dataset
from core.experiment import Reading
from core.planning.experiments import default_experiment
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.trial import suspicious_labels
from core.runs.workspace import Workspace
from core.work.control import Control
from core.work.progress import finish
from tests.benchmarks import folds

FOLDS = 4


@pytest.mark.slow
def test_mending_regains_at_least_half_of_what_swapped_labels_cost(tmp_path):
    """5 % of the labels of the stamps are swapped; the head is trained, and judged on images whose labels are right."""
    workspace, scores = Workspace(tmp_path / "workspace"), []
    for number in range(FOLDS):
        folder = tmp_path / str(number)
        folds.lay_out("stamps", folds.read_folds("stamps")[number], number, folder)
        dataset = load_dataset(str(folder), workspace.root)
        random = np.random.default_rng(number)
        own = [item for item in dataset.items if item.part != "test"]
        swaps = []
        for index in random.choice(len(own), round(0.05 * len(own)), replace=False):
            others = [name for name in dataset.classes if name != dataset.label_of(own[index])]
            swaps.append(edit_of(dataset, own[index], [str(random.choice(others))]))
        swapped = with_edits(folder, tuple(swaps))
        ranked = finish(suspicious_labels(swapped, workspace, "cpu", Control())).ranked
        looked_at = {one.image for one in ranked[: math.ceil(0.08 * len(ranked))]}
        left = tuple(edit for edit in swaps if edit.image not in looked_at)
        assert len(left) < len(swaps)
        scores.append([trained(workspace, one) for one in (with_edits(folder), swapped, with_edits(folder, left))])
    clean, wrong, mended = np.mean(scores, axis=0)
    assert wrong < clean, "it does cost something"
    assert mended - wrong >= (clean - wrong) / 2


def with_edits(folder, edits=()):
    base = default_experiment(str(folder))
    data = base.data.model_copy(update={"reading": Reading(edits=edits)})
    return base.changed(data=data, phases=base.phases[:1])


def trained(workspace, experiment):
    """The share of test images that are correctly classified."""
    lease = create_run(workspace, prepare(experiment, workspace.root, "cpu", images=workspace.images))
    list(execute(workspace, lease, Control()))
    run = workspace.store.run(lease.run_id)
    assert run.experiment.data.reading.edits == experiment.data.reading.edits, "its record says so"
    return run.test.main.value
