"""A run's answers, as they are kept and read back."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.data.dataset import Item
from core.errors import RunConflict
from core.experiment import DataSpec, Experiment, Phase
from core.paths import LISTING
from core.runs.artifacts import (
    forget_predictions,
    is_described,
    predictions_file,
    read_listing,
    read_predictions,
    split_key,
    write_description,
    write_predictions,
)
from core.training.kept import Kept, keep

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


@pytest.mark.parametrize("which", [Kept.CHOSEN, Kept.LAST])
@pytest.mark.parametrize(("scale", "thresholds"), [(None, None), ((0.5, 6.0), (0.25, 0.75))])
def test_answers_come_back_as_they_went_in(tmp_path, which, scale, thresholds):
    items = tuple(
        Item(Path(f"/x/{name}.png"), f"{name}.png", 0, 32, 32, name, value_range=own)
        for name, own in (("a", None), ("b", scale), ("c", scale and (0.0, 9.0)))
    )
    record = {"labels": [1, 0, 1], "probabilities": [[0.25, 0.75], [0.5, 0.5], [0.125, 0.875]]}
    keep(tmp_path, which)
    write_predictions(tmp_path, "test", items, record, which, thresholds)
    other = Kept.LAST if which is Kept.CHOSEN else Kept.CHOSEN
    write_predictions(tmp_path, "test", items[:1], {"labels": [0], "probabilities": [[1.0, 0.0]]}, other)
    found = read_predictions(tmp_path, "test")
    assert (found.names, found.paths) == (("a.png", "b.png", "c.png"), tuple(str(item.path) for item in items))
    assert (found.labels.tolist(), found.probabilities.tolist()) == (record["labels"], record["probabilities"])
    assert (found.value_range, found.thresholds) == (scale, thresholds)
    forget_predictions(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]


def test_a_run_is_described_by_both_of_its_files(tmp_path):
    experiment = Experiment(data=DataSpec(source="x"), phases=(Phase(stages=("head",), epochs=1),))
    write_description(tmp_path, experiment, {"a.png": "1", "b.png": "2"})
    assert read_listing(tmp_path) == {"a.png": "1", "b.png": "2"}
    assert is_described(tmp_path)
    (tmp_path / LISTING).unlink()
    assert not is_described(tmp_path)
    assert read_listing(tmp_path) == {}


def test_the_name_of_a_split_says_which_images_are_in_which_part_under_which_label():
    items = [SimpleNamespace(digest=str(n), labels=None, label=n % 2) for n in range(6)]
    several = [SimpleNamespace(digest=str(n), labels=(n % 2, 2), label=0) for n in range(6)]
    dataset, other, many = (
        SimpleNamespace(items=one, classes=("a", "b", "c"), label_of=lambda item, names=names: names[item.label])
        for one, names in ((items, "abc"), (items, "xbc"), (several, "abc"))
    )

    def key(dataset, train, val, test=()):
        return split_key(dataset, SimpleNamespace(train=train, val=val, test=test))

    first = key(dataset, (0, 1, 2), (3,), (4, 5))
    assert first == key(dataset, (2, 0, 1), (3,), (5, 4)), "their order is none"
    others = [
        key(dataset, (0, 1), (2, 3), (4, 5)), key(dataset, (0, 1, 2), (3,), (4,)), key(dataset, (0, 1, 2), (3,)),
        key(dataset, (0, 1, 2), (4, 5), (3,)), key(other, (0, 1, 2), (3,), (4, 5)), key(many, (0, 1, 2), (3,), (4, 5)),
    ]  # fmt: skip
    assert len({first, *others}) == 1 + len(others)
