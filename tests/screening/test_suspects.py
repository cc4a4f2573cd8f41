"""Labels that look wrong: found by a probe that never saw the image, or a near copy of it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.data.dataset import Dataset, Item
from core.data.edits import edit_of, edited
from core.data.near.duplicates import Near
from core.data.sources import load_dataset
from core.data.split import Split, make_split
from core.errors import InvalidInput
from core.experiment import SplitSpec
from core.planning.experiments import default_experiment
from core.runs.trial import trial
from core.runs.workspace import Workspace
from core.screening import suspects as module
from core.screening.suspects import AT_ONCE, find_suspects
from core.work.control import Control
from core.work.progress import finish
from tests.waiting import drained

NAMES = ("round", "square", "star")


def item(number, label):
    return Item(path=f"{number}.png", name=f"{number}.png", label=label, width=8, height=8, digest=f"{number:064x}")


class Drawn:
    """Features of images: a cloud for each true class."""

    def __init__(self, true, dimensions=20, spread=0.4):
        random = np.random.default_rng(0)
        centres = random.normal(size=(len(NAMES), dimensions))
        self.rows = {
            f"{number:064x}": (centres[label] + spread * random.normal(size=dimensions)).astype(np.float32)
            for number, label in enumerate(true)
        }

    def __call__(self, setup, control):
        return self

    def extract(self, items, pipeline, view):
        yield len(items) // 2
        return {one.digest: self.rows[one.digest] for one in items if one.digest in self.rows}


def searched(monkeypatch, labels, true=None, near=(), drawn=None, seed=0):
    true = labels if true is None else true
    monkeypatch.setattr(module, "FeatureExtractor", drawn or Drawn(true))
    setup = SimpleNamespace(task=SimpleNamespace(kind="classification"), experiment=SimpleNamespace(seed=seed))
    dataset = Dataset("here", "here", NAMES, tuple(item(n, label) for n, label in enumerate(labels)))
    split = Split((), (), (), near=Near(groups=near))
    return drained(find_suspects(setup, dataset, split, Control()))


def test_swapped_labels_come_first_with_the_class_they_look_like(monkeypatch):
    true = [0, 1, 2] * 20
    labels = list(true)
    labels[4], labels[30] = 2, 1
    found, told = searched(monkeypatch, labels, true)
    assert {one.image for one in found.ranked[:2]} == {"4.png", "30.png"}
    by_name = {one.image: one for one in found.ranked}
    assert (by_name["4.png"].label, by_name["4.png"].other) == ("star", "square")
    assert (by_name["30.png"].label, by_name["30.png"].other) == ("square", "round")
    assert [one.image for one in found.suspicious] == [one.image for one in found.ranked[:2]]
    assert found.accuracy == 58 / 60
    assert (len(found.ranked), found.unjudged) == (60, ())
    assert [one.what for one in told] == ["looking at images", "fitting the probe"]
    assert searched(monkeypatch, labels, true)[0] == found, "the same again"


def test_a_near_copy_does_not_vouch_for_an_image(monkeypatch):
    true = [0, 1, 2] * 12
    labels = list(true)
    copies = [1, 4, 7, 10, 13]
    for number in copies:
        labels[number] = 0
    drawn = Drawn(true, spread=2.0)
    for number in copies[1:]:
        drawn.rows[f"{number:064x}"] = drawn.rows[f"{1:064x}"] + np.float32(1e-3)
    alone = searched(monkeypatch, labels, true, drawn=drawn)[0]
    together = searched(monkeypatch, labels, true, near=(tuple(copies),), drawn=drawn)[0]
    sure = [{one.image: one.confidence for one in found.ranked}["1.png"] for found in (alone, together)]
    assert sure[1] < 0.5 < sure[0]


def test_classes_without_company_are_named_and_the_others_judged(monkeypatch):
    labels = [0, 1] * 8 + [2]
    found, _ = searched(monkeypatch, labels)
    assert (found.unjudged, len(found.ranked)) == (("star",), 16)
    found, _ = searched(monkeypatch, [0, 1] * 8 + [2, 2], near=((16, 17),))
    assert found.unjudged == ("star",), "two copies of one image are one"
    with pytest.raises(InvalidInput, match="two classes of two images"):
        searched(monkeypatch, [0, 0, 0, 1])


def test_what_cannot_be_read_is_left_out(monkeypatch):
    labels = [0, 1, 2] * 6
    drawn = Drawn(labels)
    del drawn.rows[f"{3:064x}"]
    found, _ = searched(monkeypatch, labels, drawn=drawn)
    assert len(found.ranked) == 17


def test_many_images_are_judged_in_parts_in_which_small_classes_stay_together(monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 30)
    labels = [0, 1] * 45 + [2, 2, 2]
    found, told = searched(monkeypatch, labels)
    assert len(found.ranked) == 93
    assert found.unjudged == ()
    assert len([one for one in told if one.what == "fitting the probe"]) == 4
    assert all(one.done <= one.total == 93 for one in told)
    assert AT_ONCE > 1000


def test_several_labels_are_refused():
    setup = SimpleNamespace(task=SimpleNamespace(kind="multilabel"))
    with pytest.raises(InvalidInput, match="every image has one class"):
        finish(find_suspects(setup, None, None, Control()))


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["stamps", "signs"])
def test_of_the_swapped_labels_of_a_sample_most_are_at_the_top(sample, tmp_path):
    """5 % of the labels are swapped, with ten seeds: at least 70 % of them are among the first 8 % of the list."""
    source = f"sample:{sample}"
    workspace = Workspace(tmp_path)
    dataset = load_dataset(source, tmp_path)
    setup = finish(trial(default_experiment(source), workspace, "cpu", Control()))
    found = 0.0
    for seed in range(10):
        random = np.random.default_rng(seed)
        chosen = random.choice(len(dataset.items), round(0.05 * len(dataset.items)), replace=False)
        edits = []
        for index in chosen:
            others = [name for name in dataset.classes if name != dataset.label_of(dataset.items[index])]
            edits.append(edit_of(dataset, dataset.items[index], [random.choice(others)]))
        swapped = edited(dataset, edits)
        ranked = finish(find_suspects(setup, swapped, make_split(swapped, SplitSpec()), Control())).ranked
        top = {one.image for one in ranked[: int(np.ceil(0.08 * len(ranked)))]}
        found += len(top & {edit.image for edit in edits}) / len(edits) / 10
    assert found >= 0.7
    assert replace(dataset).items == dataset.items
