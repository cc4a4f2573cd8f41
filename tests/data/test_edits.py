"""Edits: what they make of a data set, what has no effect and is said, and the list that a workspace keeps of them."""

import json
import threading

import pytest

from core.data.audit import problems
from core.data.edits import EXCLUDED, EditStore, edit_of, edited, with_edit, without_edit
from core.data.sources import load_dataset
from core.data.split import make_split
from core.edits import Edit
from core.errors import InvalidExperiment, StorageLocked
from core.experiment import AS_FOUND, DataSpec, Reading, SplitSpec
from core.paths import EDITS
from tests.conftest import make_images


@pytest.fixture
def folder(tmp_path):
    return make_images(tmp_path / "images")


@pytest.fixture
def dataset(folder, tmp_path):
    return load_dataset(str(folder), tmp_path / "workspace")


def labels(dataset):
    return {item.name: dataset.label_of(item) for item in dataset.items}


def test_an_image_is_relabelled_or_left_out_and_nothing_else_changes(dataset, folder, tmp_path):
    first, second = dataset.items[0], dataset.items[1]
    other = next(name for name in dataset.classes if name != dataset.label_of(first))
    edits = (edit_of(dataset, first, [other]), edit_of(dataset, second, None))
    before = {path: path.read_bytes() for path in folder.rglob("*.png")}
    found = load_dataset(str(folder), tmp_path / "workspace", reading=Reading(edits=edits))
    wanted = labels(dataset) | {first.name: other}
    del wanted[second.name]
    assert labels(found) == wanted
    assert [(one.name, one.reason) for one in found.left_out] == [(second.name, EXCLUDED)]
    assert found.notes == ("Edited by hand: 1 image is relabelled and 1 image is left out.",)
    assert found.reading.edits == edits
    assert found.fingerprint != dataset.fingerprint
    assert {path: path.read_bytes() for path in folder.rglob("*.png")} == before
    assert edited(dataset, ()) is dataset


def test_the_pixels_count_and_not_the_name(dataset, folder, tmp_path):
    first = dataset.items[0]
    other = next(name for name in dataset.classes if name != dataset.label_of(first))
    edit = edit_of(dataset, first, [other])
    first.path.rename(first.path.with_name("renamed.png"))
    found = load_dataset(str(folder), tmp_path / "workspace", reading=Reading(edits=(edit,)))
    renamed = next(item for item in found.items if item.name.endswith("renamed.png"))
    assert found.label_of(renamed) == other
    dataset.items[1].path.rename(first.path)  # another image under the old name
    first.path.with_name("renamed.png").unlink()
    found = load_dataset(str(folder), tmp_path / "workspace", reading=Reading(edits=(edit,)))
    assert labels(found)[first.name] == dataset.label_of(first)
    assert found.notes[-1] == (
        f"1 edit has no effect: {first.name} is not there any more, or shows something else."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "says"),
    [(("nothing",), "there is no class 'nothing' (there are "), ((), "it has exactly one class"),
     (("a", "b"), "there is no class 'a'")],
)  # fmt: skip
def test_labels_that_an_image_cannot_have_are_refused_and_named(dataset, wanted, says):
    item = dataset.items[0]
    with pytest.raises(InvalidExperiment) as refused:
        edit_of(dataset, item, wanted)
    assert says in str(refused.value)
    found = edited(dataset, [Edit(image=item.name, digest=item.digest, labels=wanted)])
    assert labels(found) == labels(dataset)
    assert "1 edit has no effect" in found.notes[-1]
    assert says in found.notes[-1]


def test_a_copy_that_was_always_right_is_left_alone(folder, tmp_path):
    (wrong, right) = folder / "warm" / "copy.png", folder / "cold" / "00.png"
    wrong.write_bytes(right.read_bytes())
    dataset = load_dataset(str(folder), tmp_path / "workspace")
    edit = edit_of(dataset, next(item for item in dataset.items if item.path == wrong), None)
    wrong.unlink()
    found = load_dataset(str(folder), tmp_path / "workspace", reading=Reading(edits=(edit,)))
    assert labels(found)["cold/00.png"] == "cold"
    assert "no effect" in found.notes[-1]


def test_a_list_has_an_end(tmp_path, monkeypatch):
    from core.data import edits as module

    monkeypatch.setattr(module, "MOST_EDITS", 1)
    store, edit = EditStore(tmp_path), Edit(image="a.png", digest="0" * 64)
    store.change("/one", lambda _: (edit,))
    with pytest.raises(InvalidExperiment, match="Copy the mended set into a folder"):
        store.change("/one", lambda before: (*before, edit.model_copy(update={"image": "b.png"})))
    assert store.load("/one") == (edit,)


def test_a_class_without_images_is_none_any_more(dataset):
    gone, kept = dataset.classes[0], dataset.classes[1]
    edits = [edit_of(dataset, item, [kept]) for item in dataset.items if dataset.label_of(item) == gone]
    found = edited(dataset, edits)
    assert found.classes == dataset.classes[1:]
    assert set(labels(found).values()) == set(dataset.classes[1:])
    assert len(found.items) == len(dataset.items)
    split = make_split(found, SplitSpec())
    assert problems(found, split) or len(found.classes) > 1, "one class is said to be too few"


def test_several_labels_are_replaced_by_any_number(dataset):
    from dataclasses import replace

    items = tuple(replace(item, label=-1, labels=(item.label,)) for item in dataset.items)
    several = replace(dataset, task="multilabel", items=items)
    one, two = several.items[:2]
    found = edited(several, [edit_of(several, one, several.classes[::-1]), edit_of(several, two, ())])
    assert found.items[0].labels == (0, 1)
    assert found.items[1].labels == ()
    assert found.classes == several.classes


def test_a_list_has_one_edit_of_an_image_and_remembers_what_was_there_first(dataset):
    first = dataset.items[0]
    own = dataset.label_of(first)
    other = next(name for name in dataset.classes if name != own)
    edits = with_edit((), edit_of(dataset, first, [other]))
    assert [(one.labels, one.before) for one in edits] == [((other,), (own,))]
    changed = edited(dataset, edits)
    edits = with_edit(edits, edit_of(changed, changed.items[0], None))
    assert [(one.labels, one.before, one.excludes) for one in edits] == [(None, (own,), True)]
    assert with_edit(edits, edit_of(changed, changed.items[0], [own])) == (), "as the data set itself says"
    assert without_edit(edits, first.name) == without_edit(edits, first.name, first.digest) == ()
    assert without_edit(edits, first.name, "0" * 64) == without_edit(edits, "another") == edits


def test_what_was_written_before_there_were_edits_is_the_same():
    assert "edits" not in Reading(layout="csv").model_dump()
    assert "reading" not in DataSpec(source="here").model_dump()
    edit = Edit(image="a.png", digest="0" * 64)
    again = Reading.model_validate(Reading(edits=(edit,)).model_dump(mode="json"))
    assert again.edits == (edit,)
    assert again.unedited == AS_FOUND


def test_a_workspace_keeps_the_edits_of_each_data_set(tmp_path):
    store, edit = EditStore(tmp_path), Edit(image="a.png", digest="0" * 64, labels=("x",))
    assert store.load("/one") == ()
    assert store.change("/one", lambda before: (*before, edit)) == (edit,)
    assert EditStore(tmp_path).load("/one") == (edit,)
    assert store.load("/two") == ()
    threads = [
        threading.Thread(target=store.change, args=("/one", lambda before, n=n: (*before, edit.model_copy(
            update={"image": str(n)})))) for n in range(8)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.load("/one")) == 9, "nothing that others wrote meanwhile is lost"


@pytest.mark.parametrize("content", ["", "{", "{}", '{"edits": [{"image": "a"}]}', "[]"])
def test_a_damaged_list_is_said_and_not_replaced(tmp_path, content):
    store = EditStore(tmp_path)
    store.change("/one", lambda _: ())
    (path,) = (tmp_path / EDITS).glob("*.json")
    path.write_text(content)
    with pytest.raises(InvalidExperiment, match="Move it away to go on"):
        store.change("/one", lambda before: before)
    assert path.read_text() == content


def test_a_list_that_another_program_holds_is_waited_for_and_then_said(tmp_path, monkeypatch):
    from filelock import FileLock

    from core.data import edits as module

    monkeypatch.setattr(module, "_WAIT_S", 0.05)
    store = EditStore(tmp_path)
    store.change("/one", lambda _: ())
    (path,) = (tmp_path / EDITS).glob("*.json")
    assert json.loads(path.read_text())["source"] == "/one"
    with FileLock(path.with_suffix(".lock")), pytest.raises(StorageLocked, match="Another program"):
        store.change("/one", lambda _: ())
