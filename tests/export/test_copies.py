"""Augmented copies: what is written is what training sees, and a failure leaves nothing behind."""

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from core.augment.pipeline import Pipeline
from core.augment.presets import PRESETS
from core.data.cache import ImageCache
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.errors import InvalidInput
from core.export.copies import trainable, write_copies

GEOMETRY = Geometry(32, 32)


@pytest.fixture
def dataset(images, tmp_path):
    return load_dataset(str(images), tmp_path / "workspace")


def written(dataset, out, copies=2, items=None, seed=5):
    steps = write_copies(
        dataset, items or dataset.items, PRESETS["strong"], GEOMETRY, seed=seed, copies=copies, out=out
    )
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            return ended.value


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


def test_a_zip_holds_the_same(dataset, tmp_path):
    written(dataset, tmp_path / "folder")
    written(dataset, tmp_path / "copies.zip")
    with zipfile.ZipFile(tmp_path / "copies.zip") as archive:
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


def test_a_failure_leaves_nothing_behind(dataset, tmp_path):
    steps = write_copies(dataset, dataset.items, PRESETS["light"], GEOMETRY, seed=0, copies=1, out=tmp_path / "copies")
    next(steps)
    next(steps)
    steps.close()
    assert not (tmp_path / "copies").exists()


def test_a_picture_that_is_gone_is_named_and_the_others_are_written(dataset, tmp_path):
    dataset.items[0].path.unlink()
    (line,) = written(dataset, tmp_path / "copies")
    assert dataset.items[0].name in line
    assert len(manifest((tmp_path / "copies" / "manifest.csv").read_bytes())) == 2 * (len(dataset.items) - 1)


@pytest.mark.parametrize("copies", [0, 10**6])
def test_a_number_that_makes_no_sense_is_refused(dataset, tmp_path, copies):
    with pytest.raises(InvalidInput, match="choose 1 or more"):
        written(dataset, tmp_path / "copies", copies)


def test_pictures_that_test_are_never_copied(dataset):
    from dataclasses import replace

    parts = ("train", "val", "test")
    items = tuple(replace(item, part=parts[n % 3]) for n, item in enumerate(dataset.items))
    chosen = trainable(replace(dataset, items=items))
    assert {item.part for item in chosen} == {"train"}
    assert trainable(dataset) == dataset.items
