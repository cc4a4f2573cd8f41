"""The Data page where images have several labels: said, counted, shown, and read the other way."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.data.sources import load_dataset
from core.experiment import Reading
from pages.ui.data import gallery
from tests.conftest import make_images
from tests.pages.data import helpers
from tests.pages.data.helpers import choose_path, draft

at = helpers.at
workspace = helpers.workspace
SETS = ["cat|sofa", "cat", "dog|sofa", "dog", "", "cat|dog", "sofa"]


@pytest.fixture
def sheets(monkeypatch):
    drawn = []
    monkeypatch.setattr(gallery, "show_mosaic", lambda cells, *_, **__: drawn.append(list(cells)))
    return drawn


@pytest.fixture
def home(tmp_path) -> Path:
    make_images(tmp_path / "home", classes=("images",), per_class=21)
    names = sorted(path.name for path in (tmp_path / "home" / "images").iterdir())
    rows = [f"{name},{SETS[n % 7]},{('north', 'south')[n % 3 == 0]}" for n, name in enumerate(names)]
    (tmp_path / "home" / "labels.csv").write_text("\n".join(["file,tags,side", *rows]))
    return tmp_path / "home"


def test_the_sample_is_said_to_have_several_labels_and_shows_them(at, sheets):
    at.button(key="data-use-scenes").click().run()
    assert not at.exception
    assert draft(at).source == "sample:scenes"
    assert "Several labels per image" in [caption.value for caption in at.caption]
    assert not [button for button in at.button if button.key == "data-add"]
    cells = [cell for sheet in sheets for cell in sheet]
    assert cells
    assert all(1 <= cell.label.count(", ") <= 3 for cell in cells)
    sheets.clear()
    at.selectbox(key="data-gallery-class").set_value(4).run()  # star
    cells = [cell for sheet in sheets for cell in sheet]
    assert cells
    assert all("star" in cell.label.split(", ") for cell in cells)


def test_one_class_per_image_is_one_choice_away_and_back(at, home, workspace, sheets):
    choose_path(at, home)
    if at.button(key="data-way-0"):  # two columns may be the classes
        assert draft_is_empty(at)
    number = next(n for n, one in enumerate(ways(at)) if "--label-column tags" in one)
    at.button(key=f"data-way-{number}").click().run()
    assert {metric.label: metric.value for metric in at.metric}["Classes"] == "3"
    assert "no label" in [cell.label for sheet in sheets for cell in sheet]
    key = "data-column-task-tags-multilabel"
    at.selectbox(key=key).set_value("classification").run()
    assert not at.exception
    assert draft(at).reading.task == "classification"
    found = load_dataset(str(home), workspace, reading=draft(at).reading)
    assert set(found.classes) == set(SETS) - {""}
    at.selectbox(key="data-column-task-tags-classification").set_value("multilabel").run()
    assert load_dataset(str(home), workspace, reading=draft(at).reading).task == "multilabel"
    at.selectbox(key="data-column-label").set_value("side").run()
    assert draft(at).reading == Reading(layout="csv", labels="labels.csv", file_column="file", label_column="side")
    assert load_dataset(str(home), workspace, reading=draft(at).reading).counts == {"north": 14, "south": 7}


def draft_is_empty(at: AppTest) -> bool:
    return "graft:draft" not in at.session_state


def ways(at: AppTest) -> list[str]:
    found = sorted((b for b in at.button if (b.key or "").startswith("data-way-")), key=lambda b: b.key)
    return [button.help.replace("\\", "").replace("\u2060", "") for button in found]


def test_the_other_ways_to_read_it_are_offered(at, home):
    (home / "labels.csv").write_text((home / "labels.csv").read_text().replace(",north", "").replace(",south", ""))
    choose_path(at, home)
    assert "Several labels per image" in [caption.value for caption in at.caption]
    at.button(key="data-read-differently").click().run()
    offered = {one.rpartition("--task ")[2] for one in ways(at) if "--task" in one}
    assert offered == {"classification", "multilabel"}
    now = [n for n, one in enumerate(ways(at)) if at.button(key=f"data-way-{n}").disabled]
    assert [ways(at)[n].rpartition("--task ")[2] for n in now] == ["multilabel"]
