"""The user's own images: kept at once, under safe names, with their labels."""

import zipfile
from io import BytesIO

import pytest

from core.data import collection
from core.data.collection import add_images, copy_dataset, create, import_zip, list_collections, remove_image
from core.errors import DatasetNotFound, InvalidInput, StorageFailed, UnreadableArchive


@pytest.fixture
def workspace(tmp_path):
    return tmp_path / "workspace"


@pytest.fixture
def pets(workspace):
    return create(workspace, "My pets")


def test_images_are_kept_as_they_came_and_refused_ones_are_named(pets, image_bytes, read):
    files = [("a.jpg", image_bytes(1, "JPEG")), ("b.png", b""), ("c.png", b"<html>")]
    left_out = add_images(pets, "Cat", files)
    add_images(pets, "Dog", [("a.jpg", image_bytes(2, "JPEG"))])
    assert [item.name for item in left_out] == ["b.png", "c.png"]
    dataset = read(pets)
    assert (dataset.name, dataset.counts) == ("My pets", {"Cat": 1, "Dog": 1})
    assert dataset.items[0].path.read_bytes() == image_bytes(1, "JPEG")
    assert dataset.left_out == ()


def test_more_can_be_added_later_and_names_may_repeat(pets, image_bytes, read):
    add_images(pets, "cat", [("shot.png", image_bytes(1))])
    assert add_images(pets, "cat", [("shot.png", image_bytes(2)), ("shot.png", image_bytes(3))]) == []
    (again,) = add_images(pets, "cat", [("shot.png", image_bytes(1))])
    assert "already" in again.reason
    assert [item.name for item in read(pets).items] == ["cat/shot-2.png", "cat/shot-3.png", "cat/shot.png"]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("../../x.png", "x.jpg"), ("..\\..\\x.png", "x.jpg"), ("/etc/passwd", "passwd.jpg"),
        ("Grandma's cat (2).jpeg", "Grandma's cat (2).jpg"),
        ("été.png", "été.jpg"), ("CON.png", None), ("🐈.png", None),
        ("", None), (".png", None), ("k" * 300 + ".png", None), ("é" * 300, None), ("a\0b.png", "a b.jpg"),
        ("\udce9.png", None), ("...", None),
    ],
)  # fmt: skip
def test_uploaded_names_become_bounded_safe_names(pets, image_bytes, raw, kept):
    assert add_images(pets, "cat", [(raw, image_bytes(1, "JPEG"))]) == []
    (path,) = (pets / "cat").iterdir()
    assert path.suffix == ".jpg"  # of what it is, whatever it was called
    assert len(path.name.encode()) <= 120
    if kept:
        assert path.name == kept


@pytest.mark.parametrize(
    "name",
    [
        "../../etc",
        "CON",
        ".",
        "..",
        "a/b",
        "train",
        "k" * 300,
        "שלום",
        "🐈",
        "<img src=x onerror=alert(1)>",
        "x\u202ey",
    ],
)
def test_class_names_become_folders_inside_and_stay_as_labels(pets, image_bytes, read, workspace, name):
    add_images(pets, name, [("1.png", image_bytes(1))])
    add_images(pets, "test", [("1.png", image_bytes(2))])
    assert set(read(pets).classes) == {name, "test"}
    assert not read(pets).presplit
    assert all(len(path.name) <= 60 for path in pets.iterdir())
    assert {path.parent.parent for path in workspace.rglob("1.png")} == {pets}


def test_two_names_with_one_slug_are_two_classes_and_two_spellings_are_one(pets, image_bytes, read):
    for seed, name in enumerate(("a b", "a-b", "caf\u00e9", "cafe\u0301", "cafe")):
        add_images(pets, name, [("1.png", image_bytes(seed))])
    assert read(pets).counts == {"a b": 1, "a-b": 1, "cafe": 1, "caf\u00e9": 2}


@pytest.mark.parametrize("name", ["", "   ", "x" * 1001])
def test_a_class_needs_a_name(pets, image_bytes, name):
    with pytest.raises(InvalidInput, match="name"):
        add_images(pets, name, [("1.png", image_bytes())])


def test_an_upload_over_the_limit_is_refused_whole(pets, image_bytes, monkeypatch):
    monkeypatch.setattr(collection, "MAX_UPLOAD_BYTES", 2**20)
    with pytest.raises(InvalidInput, match="at most 1 MB"):
        add_images(pets, "cat", [("1.png", image_bytes()), ("2.png", bytes(2**20))])
    monkeypatch.setattr(collection, "MAX_IMAGES", 1)
    with pytest.raises(InvalidInput, match="at most 1 images"):
        add_images(pets, "cat", [("1.png", image_bytes(1)), ("2.png", image_bytes(2))])
    assert not list(pets.rglob("*.png"))


def test_a_full_disk_loses_nothing_that_was_there(pets, image_bytes, monkeypatch, read):
    add_images(pets, "cat", [("1.png", image_bytes(1))])

    def full(path, content):
        raise StorageFailed("The disk is full.")

    monkeypatch.setattr(collection, "write_bytes", full)
    with pytest.raises(StorageFailed):
        add_images(pets, "cat", [("2.png", image_bytes(2))])
    assert len(read(pets).items) == 1


def test_a_image_can_be_removed_but_nothing_else(pets, image_bytes, workspace, read):
    add_images(pets, "cat", [("1.png", image_bytes(1)), ("2.png", image_bytes(2))])
    (workspace / "precious.txt").write_text("x")
    for name in (
        "../../precious.txt",
        "/etc/hostname",
        "classes.json",
        ".collection.json",
        "cat",
        "cat/9.png",
        "",
        "a\0",
    ):
        with pytest.raises(DatasetNotFound):
            remove_image(pets, name)
    remove_image(pets, "cat/1.png")
    assert [item.name for item in read(pets).items] == ["cat/2.png"]
    assert (workspace / "precious.txt").exists()


def test_images_are_not_added_to_a_folder_that_is_no_collection(folder_of, many, image_bytes):
    root = folder_of(many({"cat": 1}))
    with pytest.raises(DatasetNotFound, match="Copy the data set"):
        add_images(root, "cat", [("x.png", image_bytes())])


def test_an_uploaded_zip_is_listed_and_a_bad_one_leaves_nothing(workspace, image_bytes, read):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("cat/1.png", image_bytes(1))
        made.writestr("dog/1.png", image_bytes(2))
        made.writestr(".collection.json", '{"name": "forged", "kind": "pictures"}')
    folder = import_zip(workspace, "Pets", out.getvalue())
    assert read(folder).counts == {"cat": 1, "dog": 1}
    with pytest.raises(UnreadableArchive):
        import_zip(workspace, "Bad", b"no zip")
    create(workspace, "another")
    assert [(entry.name, entry.editable) for entry in list_collections(workspace)] == [
        ("another", True),
        ("Pets", False),
    ]


def test_any_data_set_can_be_copied_and_then_grows(folder_of, many, image_bytes, read, workspace):
    original = read(folder_of(many({"cat": 3, "dog": 2}) | {"cat/sub/00.png": 50}))
    copied = copy_dataset(original, workspace, "Mine")
    assert read(copied).fingerprint == original.fingerprint
    add_images(copied, "emu", [("1.png", image_bytes(60))])
    add_images(copied, "cat", [("1.png", image_bytes(61))])
    assert read(copied).counts == {"cat": 5, "dog": 2, "emu": 1}
    assert read(original.source).counts == {"cat": 4, "dog": 2}


def test_a_copy_of_a_divided_data_set_keeps_its_parts_and_grows_in_train(folder_of, image_bytes, read, workspace):
    parts = {f"{part}/{name}/1.png": 10 * n + m
             for n, part in enumerate(("train", "val", "test")) for m, name in enumerate(("cat", "test"))}  # fmt: skip
    original = read(folder_of(parts))
    copied = copy_dataset(original, workspace, "Mine")
    assert read(copied).fingerprint == original.fingerprint
    add_images(copied, "cat", [("new.png", image_bytes(99))])
    assert {item.name: item.part for item in read(copied).items}["train/cat/new.png"] == "train"


def test_a_copy_that_fails_leaves_nothing(folder_of, many, read, workspace):
    dataset = read(folder_of(many({"cat": 2, "dog": 2})))
    dataset.items[3].path.unlink()
    with pytest.raises(Exception, match=r"dog/01.png cannot be read any more"):
        copy_dataset(dataset, workspace, "Mine")
    assert list_collections(workspace) == ()
    assert list((workspace / "datasets").iterdir()) == []
