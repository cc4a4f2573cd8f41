"""What the Data page says of a choice names a control that it has, and no option of the command line."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from core.data.collection import add_images, create
from core.data.images import decode
from core.data.near.copies import exact_reasons
from core.data.sources import load_dataset
from core.experiment import AS_FOUND, Reading
from core.wording import as_reading
from pages.ui.data import choose
from pages.ui.widgets.controls import in_controls
from tests.conftest import make_images
from tests.pages.data import helpers
from tests.pages.data.helpers import choose_path, draft, png, texts

at = helpers.at
workspace = helpers.workspace
SEVERAL = "(“Labels per image” on the Data page)"


def said(at: AppTest) -> str:
    """Sentences and left-out reasons."""
    assert not at.exception
    found = "\n".join([texts(at), *(str(reason) for frame in at.dataframe for reason in frame.value.get("Why", []))])
    assert "--" not in found
    assert "reading=" not in found
    return found


def several(at: AppTest):
    (box,) = [box for box in at.selectbox if box.label == "Labels per image"]
    return box


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def flat(tmp_path) -> Path:
    make_images(tmp_path / "zoo", classes=("images",), per_class=13)
    return tmp_path / "zoo"


@pytest.mark.parametrize("top", ["", "train"])
def test_an_image_in_two_classes_is_read_with_both_labels_and_back(at, tmp_path, top):
    make_images(tmp_path / "set" / top, classes=("a", "b", "c"), per_class=7)
    if top:
        make_images(tmp_path / "set" / "val", classes=("a", "b", "c"), per_class=3, seed=9)
    first = sorted((tmp_path / "set" / top / "a").iterdir())[0]
    with (tmp_path / "set" / top / "b" / "x.png").open("wb") as copy:
        copy.write(first.read_bytes() + b"more")  # the same pixels, another file
    choose_path(at, tmp_path / "set")
    assert SEVERAL in said(at)
    several(at).set_value("multilabel").run()
    assert draft(at).reading == Reading(task="multilabel")
    assert "1 image does. For one class per image: “Labels per image” on the Data page." in said(at)
    several(at).set_value("classification").run()
    assert draft(at).reading == AS_FOUND
    assert SEVERAL in said(at)


def test_where_no_image_lies_in_two_classes_there_is_no_such_control(at, images):
    choose_path(at, images)
    assert not at.exception
    assert "Labels per image" not in [box.label for box in at.selectbox]


def test_a_folder_called_after_what_programs_leave_is_made_a_class(at, tmp_path):
    make_images(tmp_path / "set", classes=("cat", "dog"), per_class=5)
    make_images(tmp_path / "set", classes=("thumbnails",), per_class=2)  # too few for a class like the others
    choose_path(at, tmp_path / "set")
    assert "(“Read differently” on the Data page)" in said(at)
    at.button(key="data-read-differently").click().run()
    at.button(key="data-way-0").click().run()
    assert draft(at).reading == Reading(layout="folders")
    assert {metric.label: metric.value for metric in at.metric}["Classes"] == "3"
    at.button(key="data-read-differently").click().run()
    assert at.button(key="data-way-0").disabled


def test_rows_that_contradict_each_other_are_read_as_several_labels(at, flat):
    names = files(flat / "images")
    rows = [f"{name},{'cat' if n % 3 else 'dog'}" for n, name in enumerate(names)]
    (flat / "labels.csv").write_text("\n".join(["file,label", *rows, f"{names[0]},cat"]))
    choose_path(at, flat)
    assert SEVERAL in said(at)
    several(at).set_value("multilabel").run()
    assert draft(at).reading.task == "multilabel"
    assert "(“Column of classes” on the Data page)" in said(at)
    assert "Column of classes" in [box.label for box in at.selectbox]


def test_a_table_of_a_box_for_each_image_offers_its_column_of_classes(at, flat):
    names = files(flat / "images")
    boxes = [f"{name},{'cat' if n % 3 else 'dog'},{n},1,{n + 9},12" for n, name in enumerate(names)]
    (flat / "labels.csv").write_text("\n".join(["file,class,x1,y1,x2,y2", *boxes]))
    choose_path(at, flat)
    assert "The classes are in 'class'" in said(at)
    at.button(key="data-way-0").click().run()
    assert (draft(at).reading.layout, draft(at).reading.label_column) == ("csv", "class")


def test_only_what_has_the_control_advises_it(at, tmp_path, workspace):
    """A collection and a sample are read in one way; whatever is chosen then, is not."""
    pets = create(workspace, "Pets")
    add_images(pets, "cat", [("a.png", png(1)), ("b.png", png(60)), ("c.png", png(90))])
    add_images(pets, "dog", [("a.png", png(1)), ("d.png", png(140))])
    (reason, _) = exact_reasons(load_dataset(str(pets), workspace)).values()
    assert reason.endswith("no copy is used. Keep it in the right class only.")
    choose_path(at, pets)
    assert "Labels per image" not in said(at)
    assert "Labels per image" not in [box.label for box in at.selectbox]
    assert in_controls(as_reading(task="multilabel")) in SEVERAL
    moved = shutil.copytree(pets, tmp_path / "pets")
    at.button(key="data-change").click().run()
    choose_path(at, moved)
    assert SEVERAL in said(at)
    assert several(at).value == "classification"


def test_a_table_alone_is_found_beside_its_images(at, flat, tmp_path):
    rows = [f"{name},{'cat' if n % 3 else 'dog'}" for n, name in enumerate(files(flat / "images"))]
    (tmp_path / "labels.csv").write_text("\n".join(["file,label", *rows]))
    choose_path(at, tmp_path / "labels.csv")
    assert "choose that folder: it is found there." in said(at)
    shutil.move(tmp_path / "labels.csv", flat)
    choose_path(at, flat)
    assert draft(at).reading == AS_FOUND


class Folder(NamedTuple):
    """A sample of which only the folder matters."""

    folder: Path


@pytest.mark.parametrize("damage", ["an empty class", "a class of text", "no class"])
def test_a_damaged_sample_shows_no_images_and_the_page_stays(tmp_path, damage):
    make_images(tmp_path / "set", ("cat", "dog"), per_class=5)
    whole = choose._sample_cells(Folder(tmp_path / "set"))
    assert [cell.label for cell in whole] == ["cat", "dog", "cat", "dog"]
    first, middle = (decode(tmp_path / "set" / "dog" / f"{number:02}.png").pixels for number in (0, 2))
    assert (whole[1].pixels == first).all()
    assert (whole[3].pixels == middle).all()
    for path in (tmp_path / "set" / "dog").iterdir():
        path.write_text("no image") if damage == "a class of text" else path.unlink()
    if damage == "no class":
        shutil.rmtree(tmp_path / "set")
    choose._sample_cells.cache_clear()
    assert choose._sample_cells(Folder(tmp_path / "set")) == ()
