"""What fails under a click is kept and said, and nothing else changes; the parts of pages are called by themselves."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import InvalidInput, RunConflict, StorageFailed, UnreadableImage, UnusableDataset
from pages.ui.augment import files, thumbs
from pages.ui.data import add, gallery
from pages.ui.predict import folder as predict_folder
from pages.ui.results import run as run_page
from pages.ui.train import light

FULL = StorageFailed("The disk is full.")


@pytest.fixture
def kept(monkeypatch):
    """What the parts remember, by name."""
    found = {}
    for module in (files, add, run_page):
        monkeypatch.setattr(module.state, "remember", found.__setitem__)
    monkeypatch.setattr(files.state, "workspace", lambda: Path("workspace"))
    return found


def failing(*_given, **_named):
    raise FULL


def draft_of(monkeypatch, module, **parts):
    monkeypatch.setattr(module.state, "draft", lambda: SimpleNamespace(**parts))


def test_pipelines_that_are_kept_loaded_and_deleted_say_how_it_went(monkeypatch, kept):
    asked, loaded = [], []
    draft_of(monkeypatch, files, pipeline="the draft's")
    monkeypatch.setattr(
        files.saved, "save", lambda *given, replace: asked.append((given, replace)) or SimpleNamespace(name="A 2")
    )
    monkeypatch.setattr(files.saved, "load", lambda *given: asked.append(given) or f"that of {given[1]}")
    monkeypatch.setattr(files.saved, "delete", lambda *given: asked.append(given))
    monkeypatch.setattr(files.steps, "load", loaded.append)
    workspace = Path("workspace")
    files._keep("A", replace=True)
    assert kept == {files._ACTION_RESULT: ("Saved as 'A 2'.", True)}
    files._load_kept("B")
    assert kept == {files._ACTION_RESULT: ("Loaded 'B'.", True)}
    assert loaded == ["that of B"]
    files._delete("C", confirmed=False)
    assert kept == {files._TO_DELETE: "C", files._ACTION_RESULT: ("'C' will be deleted permanently.", False)}
    assert asked == [((workspace, "A", "the draft's"), True), (workspace, "B")], "nothing is deleted by one click"
    files._delete("C", confirmed=True)
    assert kept == {files._TO_DELETE: None, files._ACTION_RESULT: ("Deleted 'C'.", True)}
    assert asked[2:] == [(workspace, "C")]


def test_pipelines_that_cannot_be_kept_loaded_or_deleted_say_why(monkeypatch, kept):
    draft_of(monkeypatch, files, pipeline="the draft's")
    loaded = []
    monkeypatch.setattr(files.steps, "load", loaded.append)
    for name in ("save", "load", "delete"):
        monkeypatch.setattr(files.saved, name, failing)
    for act in (
        lambda: files._keep("A", replace=False),
        lambda: files._load_kept("A"),
        lambda: files._delete("A", True),
    ):
        kept.clear()
        act()
        assert kept[files._ACTION_RESULT] == ("The disk is full.", False)
    assert loaded == []


def test_an_image_that_is_removed_from_a_collection(monkeypatch, kept, tmp_path):
    removed = []
    item = SimpleNamespace(path=tmp_path / "cat" / "1.png", name="cat/1.png")
    monkeypatch.setattr(add.collection, "remove_image", lambda *given: removed.append(given))
    add._remove(tmp_path, item)
    assert (removed, kept) == ([(tmp_path, "cat/1.png")], {"data:outcome": None})
    monkeypatch.setattr(add.collection, "remove_image", failing)
    add._remove(tmp_path, item)
    assert (kept["data:outcome"].error, kept["data:outcome"].class_name) == ("The disk is full.", "cat/1.png")


def test_the_latest_images_of_a_class_come_first_and_those_that_are_gone_last(tmp_path):
    items = []
    for number, (label, time) in enumerate((("cat", 5), ("cat", 9), ("dog", 20), ("cat", 7), ("cat", None))):
        items.append(SimpleNamespace(path=tmp_path / f"{number}.png", label=label))
        if time is not None:
            items[-1].path.touch()
            os.utime(items[-1].path, (time, time))
    dataset = SimpleNamespace(items=items, label_of=lambda item: item.label)
    assert add._latest(dataset, "cat") == [items[1], items[3], items[0], items[4]]
    assert add._latest(dataset, "dog") == [items[2]]
    assert len(add._latest(SimpleNamespace(items=items[:1] * 30, label_of=dataset.label_of), "cat")) == add.LATEST


def test_a_run_that_cannot_be_deleted_stays_on_the_screen(monkeypatch, kept):
    removed, cleared = [], []
    monkeypatch.setattr(run_page.st, "query_params", SimpleNamespace(clear=lambda: cleared.append(True)))
    workspace = SimpleNamespace(remove=removed.append)
    monkeypatch.setattr(run_page.engine, "workspace", lambda: workspace)
    run_page._delete("run")
    assert (removed, cleared, kept) == (["run"], [True], {})
    error = RunConflict("It is at work.")

    def refuses(_):
        raise error

    workspace.remove = refuses
    run_page._delete("run")
    assert (cleared, kept) == ([True], {"results-error": error})


def test_an_image_that_cannot_be_read_is_grey(monkeypatch):
    def base(item):
        if item == "gone":
            raise UnreadableImage("It is gone.")
        return np.zeros((gallery.SIDE, gallery.SIDE, 3), np.uint8)

    monkeypatch.setattr(gallery.engine, "images", lambda geometry: SimpleNamespace(base=base))
    assert {item: np.unique(gallery._pixels(item)).tolist() for item in ("here", "gone")} == {
        "here": [0],
        "gone": [128],
    }


def test_no_thumbnails_are_made_of_nothing_nor_for_a_size_that_cannot_be(monkeypatch):
    item = SimpleNamespace(name="a")
    dataset = SimpleNamespace(label_of=lambda one: f"class of {one.name}")
    draft_of(monkeypatch, thumbs, backbone="backbone")
    monkeypatch.setattr(thumbs.catalogue, "input_sizes", lambda backbone: f"size of {backbone}")
    monkeypatch.setattr(thumbs.choice, "first", lambda items: items[-1])
    assert thumbs.subject(None, [item]) is None
    assert thumbs.subject(dataset, []) is None
    other = SimpleNamespace(name="b")
    found = thumbs.subject(dataset, [other, item])
    assert (found.item, found.label, found.references) == (item, "class of a", (other, item)), "the preview's first"
    assert found.geometry == "size of backbone"

    def wrong(_):
        raise InvalidInput("Too small.")

    monkeypatch.setattr(thumbs.catalogue, "input_sizes", wrong)
    assert thumbs.subject(dataset, [item]) is None


def test_a_step_that_cannot_be_applied_has_an_empty_thumbnail(monkeypatch):
    def base(_):
        raise UnreadableImage("It is gone.")

    monkeypatch.setattr(thumbs.engine, "images", lambda geometry: SimpleNamespace(base=base))
    made = thumbs._make_thumb("Rotate", SimpleNamespace(geometry=None, references=(), item=None))
    assert made.jpeg == b""
    assert made.milliseconds != made.milliseconds, "it is no number"


def test_labels_of_images_that_cannot_be_read_are_not_asked_about(monkeypatch):
    draft = SimpleNamespace(source="set", reading="as found")
    asked = []
    monkeypatch.setattr(light.engine, "dataset", lambda *given: asked.append(given[:2]) or "data set")
    monkeypatch.setattr(light.safety_question, "can_answer", lambda dataset: dataset == "data set")
    monkeypatch.setattr(light.safety_question, "whole_and_steps", lambda *given: given)
    assert light._question(draft) == (draft, "data set")
    assert asked == [("set", "as found")]
    monkeypatch.setattr(light.safety_question, "can_answer", lambda dataset: False)
    assert light._question(draft) is None

    def unreadable(*_):
        raise UnusableDataset("No images.")

    monkeypatch.setattr(light.engine, "dataset", unreadable)
    assert light._question(draft) is None


def test_folders_to_predict_are_those_of_the_runs_own_images(monkeypatch):
    mine, other = SimpleNamespace(unlabelled=(Path("mine"),)), SimpleNamespace(unlabelled=(Path("other"),))
    run = SimpleNamespace(experiment=SimpleNamespace(data=SimpleNamespace(source="set", reading="found")))
    known = {("set", "found"): mine}
    monkeypatch.setattr(predict_folder.engine, "dataset", lambda *_: other)
    monkeypatch.setattr(predict_folder.engine, "known_dataset", lambda *key: known.get(key))
    draft_of(monkeypatch, predict_folder, source="set", reading="found")
    assert predict_folder._unlabelled(run) == (Path("other"),), "they are read, if need be"
    for source, reading in (("another", "found"), ("set", "otherwise")):
        draft_of(monkeypatch, predict_folder, source=source, reading=reading)
        assert predict_folder._unlabelled(run) == (Path("mine"),), "they are known already"
    known.clear()
    assert predict_folder._unlabelled(run) == (), "other images are not read for it"
    draft_of(monkeypatch, predict_folder, source="set", reading="found")
    monkeypatch.setattr(predict_folder.engine, "dataset", failing)
    assert predict_folder._unlabelled(run) == ()
