"""What is made of a data set: the same numbers for the page and the command."""

import json

import pytest

from core.data.report import describe
from core.data.split import make_split
from core.experiment import Reading, SplitSpec


def test_a_report_counts_everything_once(folder_of, read, many):
    root = folder_of(
        many({"disc": 6, "cross": 5, "class10": 4, "class9": 3}) | {"disc/a.jpg": b"text", "test/1.png": 90}
    )
    dataset = read(root)
    report = describe(dataset, make_split(dataset, SplitSpec()))
    assert report.line == (
        f"4 classes: class9 3, class10 4, cross 5, disc 6; {report.parts['train']} train, {report.parts['val']} val, "
        f"{report.parts['test']} test"
    )
    assert list(report.classes) == ["class9", "class10", "cross", "disc"]
    assert sum(report.parts.values()) == 18
    assert [one.name for one in report.left_out] == ["test", "disc/a.jpg"]
    assert [path.name for path in report.unlabelled] == ["test"]
    assert report.problems == ()
    values = json.loads(json.dumps(report.as_dict()))
    assert values["task"] == "classification"
    assert values["left_out"][1] == {"name": "disc/a.jpg", "reason": report.left_out[1].reason}
    assert values["reading"] == {"layout": "folders"}


def test_a_report_names_what_keeps_a_training_from_starting(folder_of, read, many):
    dataset = read(folder_of(many({"cat": 5, "dog": 1})))
    assert "'dog' has only one" in describe(dataset, make_split(dataset, SplitSpec())).problems[0]


def test_the_reading_that_was_found_reads_the_same_again(folder_of, read):
    files = {f"images/{n}.png": n for n in range(6)}
    said = "name,kind,place\n" + "".join(f"{n}.png,{'ab'[n % 2]},{'xy'[n // 3]}\n" for n in range(6))
    root = folder_of(files | {"meta.csv": said.encode()})
    first = read(root, reading=Reading(label_column="place"))
    assert first.counts == {"x": 3, "y": 3}
    assert first.columns == ("name", "kind", "place")
    assert read(root, reading=first.reading) == first


@pytest.mark.parametrize(("again", "shared"), [("a/9.png", False), ("b/9.png", True)])
def test_a_data_set_knows_whether_an_image_has_two_labels(folder_of, read, again, shared):
    assert read(folder_of({"a/1.png": 1, "a/2.png": 2, "b/3.png": 3, again: 1})).shares_images is shared


def test_the_order_of_classes_can_be_that_of_an_older_run(folder_of, read):
    dataset = read(folder_of({"2/a.png": 1, "10/b.png": 2, "10/c.png": 3}))
    assert dataset.classes == ("2", "10")
    older = dataset.ordered_as(("10", "2"))
    assert [older.classes[item.label] for item in older.items] == [
        dataset.classes[item.label] for item in dataset.items
    ]
    assert [item.label for item in older.items] == [1, 0, 0]
    assert older.fingerprint == dataset.fingerprint
    one, other = make_split(older, SplitSpec()), make_split(dataset, SplitSpec())
    assert (one.train, one.val, one.test) == (other.train, other.val, other.test)
    with pytest.raises(ValueError, match="order"):
        dataset.ordered_as(("10", "3"))
