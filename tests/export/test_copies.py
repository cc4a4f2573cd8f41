"""Augmented copies: what is written is what training sees, and a failure leaves nothing behind."""

import csv
import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.augment import catalogue
from core.augment.pipeline import Pipeline
from core.augment.presets import PRESETS
from core.augment.steps import default_step
from core.data.cache import ImageCache
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.data.split import make_split
from core.errors import InvalidInput, StorageFailed
from core.experiment import PipelineSpec, SplitSpec, Step
from core.export.copies import estimated_bytes, trainable, write_copies
from core.work.progress import Progress
from tests.conftest import make_images
from tests.waiting import drained

GEOMETRY = Geometry(32, 32)


@pytest.fixture
def dataset(images, tmp_path):
    return load_dataset(str(images), tmp_path / "workspace")


def written(dataset, out, copies=2, items=None, seed=5):
    steps = write_copies(
        dataset, items or dataset.items, PRESETS["strong"], GEOMETRY, seed=seed, copies=copies, out=out
    )
    return drained(steps)[0]


def told_by(dataset, out, spec, copies=3):
    """The steps of every copy under a pipeline, with the rows of the manifest."""
    for _ in write_copies(dataset, dataset.items, spec, GEOMETRY, seed=5, copies=copies, out=out):
        pass
    return [(row, json.loads(row["steps"])) for row in manifest((out / "manifest.csv").read_bytes())]


def manifest(content: bytes):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_every_copy_is_the_view_that_training_sees_and_the_manifest_says_how(dataset, tmp_path):
    out = tmp_path / "copies"
    assert written(dataset, out) == []
    rows = manifest((out / "manifest.csv").read_bytes())
    assert len(rows) == 2 * len(dataset.items) == len(list(out.glob("*/*.png")))
    maker, cache = Pipeline(PRESETS["strong"], GEOMETRY), ImageCache(GEOMETRY, 1 << 20)
    items = {item.name: item for item in dataset.items}
    for row in rows:
        item, number = items[row["original"]], int(row["view"])
        view = maker.view(cache.base(item), seed=int(row["seed"]), digest=item.digest, number=number)
        assert (np.asarray(Image.open(out / row["file"])) == view).all()
        assert row["file"].split("/")[0] == row["class"] == dataset.classes[item.label]
        applied = maker.applied(seed=5, digest=item.digest, number=number)
        names = [PRESETS["strong"].steps[index].transform for index in applied]
        assert [step["step"] for step in json.loads(row["steps"])] == names
    assert any({"step", "turn", "zoom"} <= set(step) for row in rows for step in json.loads(row["steps"])), (
        "what was drawn is told"
    )


def test_classes_that_differ_in_case_alone_have_folders_of_their_own_on_every_system(dataset, tmp_path):
    written(replace(dataset, classes=("Cat", "cat")), tmp_path / "copies", copies=1)
    rows = manifest((tmp_path / "copies" / "manifest.csv").read_bytes())
    places = {(row["class"], row["file"].split("/")[0]) for row in rows}
    assert {label for label, _ in places} == {"Cat", "cat"}
    assert len({folder.casefold() for _, folder in places}) == len(places) == 2


def test_the_manifest_says_which_option_was_taken_and_what_a_policy_did(dataset, tmp_path):
    options = tuple(default_step(name).model_copy(update={"p": 1.0}) for name in ("HorizontalFlip", "Rotate"))
    policy = default_step("RandAugment").model_copy(update={"p": 1.0})
    entries = told_by(
        dataset, tmp_path / "copies", PipelineSpec(steps=(Step(transform="OneOf", options=options), policy))
    )
    assert {steps[0]["step"] for _, steps in entries} == {"OneOf"}
    assert {steps[0]["option"] for _, steps in entries} == {"HorizontalFlip", "Rotate"}
    assert all(steps[1]["step"] == "RandAugment" and steps[1]["operations"] for _, steps in entries)
    assert all("option" not in steps[1] for _, steps in entries)


def test_the_manifest_says_which_other_image_was_looked_at(dataset, tmp_path):
    name = next(name for name, entry in catalogue.TRANSFORMS.items() if entry.references)
    step = default_step(name).model_copy(update={"p": 1.0})
    digests = {item.digest for item in dataset.items}
    entries = told_by(dataset, tmp_path / "copies", PipelineSpec(steps=(step,)))
    assert {steps[0]["step"] for _, steps in entries} == {name}
    assert {steps[0]["reference"] for _, steps in entries} <= digests
    assert all(steps[0]["reference"] != row["digest"] for row, steps in entries)


def test_only_the_items_that_are_copied_are_looked_at(dataset, tmp_path):
    name = next(name for name, entry in catalogue.TRANSFORMS.items() if entry.references)
    spec = PipelineSpec(steps=(default_step(name).model_copy(update={"p": 1.0}),))
    few, out = dataset.items[:3], tmp_path / "copies"
    for _ in write_copies(dataset, few, spec, GEOMETRY, seed=5, copies=8, out=out):
        pass
    rows = manifest((out / "manifest.csv").read_bytes())
    assert {step["reference"] for row in rows for step in json.loads(row["steps"])} == {item.digest for item in few}


def test_the_size_is_estimated_from_a_few_images(dataset, tmp_path):
    out = tmp_path / "copies"
    written(dataset, out, copies=4)
    real = sum(path.stat().st_size for path in out.glob("*/*.png"))
    read = ImageCache(GEOMETRY, 1 << 20).base
    entries = estimated_bytes(dataset.items, PRESETS["strong"], GEOMETRY, 5, 4, read)
    assert entries == pytest.approx(real, rel=0.3)
    dataset.items[0].path.unlink()
    assert estimated_bytes(dataset.items, PRESETS["strong"], GEOMETRY, 5, 4, ImageCache(GEOMETRY, 1 << 20).base) > 0
    assert estimated_bytes((), PRESETS["strong"], GEOMETRY, 5, 4, read) == 0


@pytest.mark.parametrize("name", ["copies.zip", "COPIES.ZIP"])
def test_a_zip_holds_the_same(dataset, tmp_path, name):
    written(dataset, tmp_path / "folder")
    written(dataset, tmp_path / name)
    with zipfile.ZipFile(tmp_path / name) as archive:
        names = set(archive.namelist())
        assert archive.read("manifest.csv") == (tmp_path / "folder" / "manifest.csv").read_bytes()
    assert names == {path.relative_to(tmp_path / "folder").as_posix() for path in (tmp_path / "folder").rglob("*.*")}


@pytest.mark.parametrize("name", ["full", "old.zip"])
def test_nothing_that_is_there_is_touched(dataset, tmp_path, name):
    out = tmp_path / name
    mine = out if out.suffix else out / "mine.txt"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    with pytest.raises(InvalidInput, match="nothing was written"):
        written(dataset, out)
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("name", ["mine.txt/copies", "mine.txt/copies.zip", "x" * 300, f"{'x' * 300}.zip"])
def test_a_place_that_cannot_be_is_told_before_an_image_is_made(dataset, tmp_path, name, monkeypatch):
    (tmp_path / "mine.txt").write_text("mine")
    monkeypatch.setattr(ImageCache, "base", lambda *_: pytest.fail("nothing can be written there"))
    with pytest.raises(StorageFailed, match="could not be saved"):
        written(dataset, tmp_path / name)
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["copies", "copies.zip", "there"])
def test_a_failure_leaves_nothing_behind(dataset, tmp_path, name):
    (tmp_path / "out" / "there").mkdir(parents=True)
    before = sorted((tmp_path / "out").rglob("*"))
    out = tmp_path / "out" / name
    steps = write_copies(dataset, dataset.items, PRESETS["light"], GEOMETRY, seed=0, copies=3, out=out)
    for done in range(5):
        assert next(steps) == Progress(what="writing copies", done=done, total=3 * len(dataset.items))
    steps.close()
    assert sorted((tmp_path / "out").rglob("*")) == before


def test_a_image_that_is_gone_is_named_and_the_others_are_written(dataset, tmp_path):
    dataset.items[0].path.unlink()
    (line,) = written(dataset, tmp_path / "copies")
    assert dataset.items[0].name in line
    assert len(manifest((tmp_path / "copies" / "manifest.csv").read_bytes())) == 2 * (len(dataset.items) - 1)


@pytest.mark.parametrize("copies", [0, 10**6])
def test_a_number_that_makes_no_sense_is_refused(dataset, tmp_path, copies):
    with pytest.raises(InvalidInput, match="choose 1 or more"):
        written(dataset, tmp_path / "copies", copies)


def test_images_that_test_are_never_copied(dataset):
    from dataclasses import replace

    parts = ("train", "val", "test")
    items = tuple(replace(item, part=parts[n % 3]) for n, item in enumerate(dataset.items))
    divided = replace(dataset, items=items)
    chosen = trainable(divided, make_split(divided, SplitSpec()))
    assert {item.part for item in chosen} == {"train"}
    assert trainable(dataset, make_split(dataset, SplitSpec())) == dataset.items


def test_images_that_no_training_uses_are_not_copied(dataset):
    twin = replace(dataset.items[3], name="other/class.png", label=1 - dataset.items[3].label)
    doubted = replace(dataset, items=(*dataset.items, twin))
    chosen = trainable(doubted, make_split(doubted, SplitSpec()))
    assert [item.name for item in chosen] == [item.name for item in dataset.items if item is not dataset.items[3]]


def test_copies_of_images_with_several_labels_are_a_data_set_again(tmp_path):
    make_images(tmp_path, classes=("images",), per_class=7)
    names = sorted(path.name for path in (tmp_path / "images").iterdir())
    said = ["a|b", "b", "", "c|a", "b|c", "a", "c"]
    (tmp_path / "labels.csv").write_text("\n".join(["file,labels", *map(",".join, zip(names, said, strict=True))]))
    dataset = load_dataset(str(tmp_path), tmp_path.parent / "w")
    out = tmp_path.parent / "copies"
    assert written(dataset, out, copies=2) == []
    assert len(list((out / "images").glob("*.png"))) == 14
    again = load_dataset(str(out), tmp_path.parent / "w")
    assert (again.task, again.classes) == ("multilabel", ("a", "b", "c"))
    assert again.counts == {name: 2 * count for name, count in dataset.counts.items()} == {"a": 6, "b": 6, "c": 6}
    assert {row["class"] for row in manifest((out / "manifest.csv").read_bytes())} == {
        "a|b",
        "b",
        "",
        "a|c",
        "b|c",
        "a",
        "c",
    }


SETS = [(0,), (0, 1), (-1,), (), (1,), (0, -1), (1, -1)]


@pytest.mark.parametrize(
    ("labels", "header"),
    [
        (("ab", "c;d"), ["file", "labels"]), (("ab", "cd", "ef"), ["file", "labels"]),
        (("a|b", "c", "d e"), ["file", "a|b", "c", "d e"]), (("a|b", "a", "b"), ["file", "a|b", "a", "b"]),
        (("AC/DC", "AC", "DC"), ["file", "labels"]), (("a|b;c,d/e+f&g", "file"), None), (("a,b", "a", "c"), None),
        (("a|b;c", "d,e/f", "g+h&i"), None), (("[a", "b]", "c"), None), (("R&B", "B", "R"), None),
        (("=a", "@b", "-1"), ["file", "labels"]), (("None", "nan", " a"), ["file", "None", "nan", "' a'"]),
    ],
)  # fmt: skip
def test_labels_that_hold_a_separator_are_read_as_they_were(dataset, tmp_path, labels, header):
    said = [tuple(sorted({one % len(labels) for one in some})) for some in SETS]
    several = of_several(dataset, labels, said)
    out = tmp_path / "copies"
    assert written(several, out, copies=1) == []
    assert header is None or list(manifest((out / "labels.csv").read_bytes())[0]) == header
    again = load_dataset(str(out), tmp_path / "w")
    assert set(again.classes) == set(labels)
    names = {row["file"]: row["original"] for row in manifest((out / "manifest.csv").read_bytes())}
    read = {names[item.name]: {again.classes[one] for one in item.classes} for item in again.items}
    assert read == {item.name: {labels[one] for one in item.classes} for item in several.items}


def test_labels_that_no_table_can_hold_are_refused_before_an_image_is_made(dataset, tmp_path):
    several = of_several(dataset, ("unlabeled", "b"), [(0,), (0, 1), (1,)])
    steps = write_copies(several, several.items[:3], PRESETS["strong"], GEOMETRY, 5, 1, tmp_path / "copies")
    with pytest.raises(InvalidInput, match="No table can hold the labels 'unlabeled' and 'b'"):
        next(steps)
    assert not (tmp_path / "copies").exists()


def of_several(dataset, labels, said):
    items = zip(dataset.items, said, strict=False)
    items = tuple(replace(item, label=-1, labels=one) for item, one in items)
    return replace(dataset, classes=labels, items=items, task="multilabel")


def test_copies_of_images_with_one_name_do_not_replace_each_other(dataset, tmp_path):
    first, second = [item for item in dataset.items if item.label == 0][:2]
    twin = replace(second, name=f"{first.name.rpartition('.')[0]}.jpg")
    written(dataset, tmp_path / "copies", items=(first, twin))
    rows = manifest((tmp_path / "copies" / "manifest.csv").read_bytes())
    assert [row["original"] for row in rows] == [first.name] * 2 + [twin.name] * 2
    assert len({row["file"] for row in rows}) == len(list((tmp_path / "copies").glob("*/*.png"))) == 4
