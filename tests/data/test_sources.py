"""Folders, zips and samples; FAULTS, "Names and text"."""

import json
import os
import unicodedata
import zipfile

import pytest

from core.data import scan
from core.data.layout import LABELS
from core.data.sources import SAMPLES, load_dataset
from core.errors import DatasetNotFound, UnreadableArchive, UnusableDataset
from tests.data.zip_files import zip_of


def test_a_folder_of_class_folders(folder_of, read, many):
    root = folder_of(many({"dog": 3, "cat": 2}) | {"cat/deep/er/x.png": 90, ".hidden/x.png": 91, "cat/.x.png": 92})
    dataset = read(root)
    assert dataset.classes == ("cat", "dog")
    assert dataset.counts == {"cat": 3, "dog": 3}
    assert [item.name for item in dataset.items if item.label == 0] == ["cat/00.png", "cat/01.png", "cat/deep/er/x.png"]
    assert not dataset.presplit
    assert [one.name for one in dataset.left_out] == [".hidden", "cat/.x.png"]
    assert {(item.width, item.height) for item in dataset.items} == {(64, 64)}


def test_what_is_no_image_is_left_out_with_a_reason(folder_of, read, many):
    odd = {
        "cat/a.jpg": b"",
        "cat/b.png": b"<svg/>",
        "dog/c.txt": b"text",
        "stray.png": 5,
        "list.csv": b"a,b",
        "README.md": b"#",
    }
    dataset = read(folder_of(many({"cat": 2, "dog": 2}) | odd))
    reasons = {item.name: item.reason for item in dataset.left_out}
    assert set(reasons) == {"cat/a.jpg", "cat/b.png", "dog/c.txt", "stray.png", "list.csv"}
    assert "empty" in reasons["cat/a.jpg"]
    assert "beside the class folders" in reasons["stray.png"]
    assert len(dataset.items) == 4


@pytest.mark.parametrize(("val", "test"), [("val", "test"), ("valid", "testing"), ("Validation", "TEST")])
def test_a_divided_folder_keeps_its_parts(folder_of, read, val, test):
    content = {f"{part}/{name}/{n}.png": hash((p, name == "cat", n)) % 2**31
               for p, part in enumerate(("train", val, test)) for name in ("cat", "dog") for n in range(2)}  # fmt: skip
    dataset = read(folder_of(content))
    assert dataset.presplit
    assert dataset.classes == ("cat", "dog")
    assert sorted({item.part for item in dataset.items}) == ["test", "train", "val"]


def test_classes_that_only_some_parts_have(folder_of, read):
    content = {"train/cat/1.png": 1, "train/dog/1.png": 2, "val/cat/1.png": 3, "test/emu/1.png": 4, "test/loose.png": 5}
    dataset = read(folder_of(content))
    assert dataset.classes == ("cat", "dog")
    notes = " ".join(dataset.notes)
    assert "'emu' is not in the train folder" in notes
    assert "'dog' has no images in the val folder" in notes
    assert {item.name for item in dataset.left_out} == {"test/emu/1.png", "test/loose.png"}


def test_a_class_may_be_called_train(folder_of, read):
    dataset = read(folder_of({"train/1.png": 1, "bus/1.png": 2, "car/1.png": 3}))
    assert dataset.classes == ("bus", "car", "train")
    assert not dataset.presplit


def test_a_folder_that_only_wraps_is_entered(folder_of, read):
    dataset = read(folder_of({"photos/all/cat/1.png": 1, "photos/all/dog/1.png": 2}))
    assert dataset.classes == ("cat", "dog")
    assert dataset.items[0].name == "cat/1.png"


def test_one_class_folder_is_not_taken_for_a_wrapper(folder_of, read):
    assert read(folder_of({"cat/1.png": 1, "cat/2.png": 2})).classes == ("cat",)


def test_the_same_name_in_two_unicode_forms_is_one_class(folder_of, read):
    nfc, nfd = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    dataset = read(folder_of({f"{nfc}/1.png": 1, f"{nfd}/2.png": 2, "dog/1.png": 3}))
    assert dataset.counts == {nfc: 2, "dog": 1}
    assert any("written differently" in note for note in dataset.notes)


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        "[x](javascript:1)",
        "\u05e9\u05dc\u05d5\u05dd",
        "\U0001f408",
        "=cmd()",
        "a" * 250,
        "$x$ **b**",
    ],
)
def test_any_class_name_is_kept_literally(folder_of, read, name):
    assert name in read(folder_of({f"{name}/1.png": 1, "dog/1.png": 2})).classes


def test_a_file_name_that_is_not_utf8_can_still_be_shown(folder_of, read):
    root = folder_of({"cat/1.png": 1, "dog/1.png": 2})
    os.rename(root / "cat" / "1.png", os.fsencode(root / "cat") + b"/caf\xe9.png")
    dataset = read(root)
    assert dataset.items[0].name == r"cat/caf\xe9.png"
    dataset.items[0].name.encode()


def test_labels_come_from_classes_json(folder_of, read):
    labels = {"a": "../../etc", "b": "CON"}
    root = folder_of({"a/1.png": 1, "b/1.png": 2, "dog/1.png": 3, LABELS: json.dumps(labels).encode()})
    assert read(root).classes == ("../../etc", "CON", "dog")
    (root / LABELS).write_text("[1, 2]")
    assert read(root).classes == ("a", "b", "dog")


def test_links_that_leave_the_folder_are_not_followed(folder_of, read, tmp_path):
    outside = folder_of({"secret/x.png": 7}, "outside")
    root = folder_of({"cat/1.png": 1, "dog/1.png": 2})
    (root / "cat" / "out.png").symlink_to(outside / "secret" / "x.png")
    (root / "cat" / "in.png").symlink_to(root / "dog" / "1.png")
    (root / "cat" / "folder").symlink_to(outside)
    (root / "whole").symlink_to(outside / "secret")
    (root / "cat" / "broken.png").symlink_to(root / "nowhere")
    dataset = read(root)
    assert {item.name for item in dataset.left_out} == {"cat/out.png", "cat/folder", "whole", "cat/broken.png"}
    assert {item.name for item in dataset.items} == {"cat/1.png", "cat/in.png", "dog/1.png"}


def test_a_pipe_is_left_out_without_waiting_for_it(folder_of, read):
    root = folder_of({"cat/1.png": 1, "dog/1.png": 2})
    os.mkfifo(root / "cat" / "pipe.png")
    assert [item.reason for item in read(root).left_out] == ["Is not a regular file."]


@pytest.mark.parametrize("source", ["/no/such/folder", "", "~nobody-has-this-name/x", "a\0b", "x" * 5000])
def test_a_source_that_does_not_exist(read, source):
    with pytest.raises(DatasetNotFound):
        read(source)


def test_an_unknown_sample_names_the_ones_there_are(read):
    with pytest.raises(DatasetNotFound, match=r"Did you mean stamps.*stamps, signs"):
        read("sample:stmps")


def test_a_home_folder_is_expanded(folder_of, read, tmp_path, monkeypatch):
    folder_of({"cat/1.png": 1, "dog/1.png": 2}, "pets")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(read("~/pets").items) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "no class folders with images.*/cat"),
        ({"1.png": 1, "2.png": 2}, "holds images but no class folders.*Put the images of each class"),
        ({"cat/": None, "dog/": None}, "no readable images"),
        ({"cat/a.txt": b"text", "dog/": None}, "cat/a.txt: It is text"),
    ],
)
def test_a_folder_without_images_in_classes_says_what_is_expected(folder_of, read, content, says):
    with pytest.raises(UnusableDataset, match=says):
        read(folder_of(content))


def test_a_folder_that_cannot_be_opened(folder_of, read, monkeypatch):
    root = folder_of({"cat/1.png": 1})

    def denied(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.scandir", denied)
    with pytest.raises(DatasetNotFound, match="Permission denied"):
        read(root)


def test_a_image_as_source_is_answered_with_what_to_choose(tmp_path, image_bytes, read):
    (tmp_path / "a.png").write_bytes(image_bytes())
    with pytest.raises(UnusableDataset, match=r"is an image\. Choose the folder"):
        read(tmp_path / "a.png")


def test_a_zip_is_unpacked_once(tmp_path, image_bytes, read, monkeypatch):
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as made:
        for name, seed in (("cat/1.png", 1), ("dog/1.png", 2), ("CON/1.png", 3)):
            made.writestr(f"pets/{name}", image_bytes(seed))
        made.writestr("pets/more.zip", b"PK\x03\x04")
    first = read(tmp_path / "pets.zip")
    assert (first.name, first.classes) == ("pets", ("CON", "cat", "dog"))
    assert [item.name for item in first.left_out] == ["pets/more.zip"]
    monkeypatch.setattr("core.data.sources.unpack", None)
    assert read(tmp_path / "pets.zip") == first


def test_a_bad_zip_leaves_nothing_in_the_workspace(tmp_path, read):
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(UnreadableArchive):
        read(tmp_path / "bad.zip")
    assert not list((tmp_path / "workspace").rglob("*"))


@pytest.mark.parametrize(("name", "count", "classes"), [("stamps", 119, 5), ("signs", 240, 6), ("scenes", 200, 6)])
def test_samples_are_whole_and_not_decoded_a_second_time(name, count, classes, tmp_path, monkeypatch):
    seen = []
    dataset = load_dataset(f"sample:{name}", tmp_path, lambda done, total: seen.append((done, total)))
    assert (len(dataset.items), len(dataset.classes)) == (count, classes)
    assert dataset.left_out == ()
    assert dataset.name == SAMPLES[name].title
    assert SAMPLES[name].description.startswith(f"{count} ")
    assert seen[0] == (0, count)
    assert seen[-1] == (count, count)
    monkeypatch.setattr(scan, "decode", lambda path: pytest.fail(f"{path} was decoded again"))
    assert load_dataset(f"sample:{name}", tmp_path) == dataset


def test_only_changed_files_are_decoded_again(folder_of, read, many, image_bytes, monkeypatch):
    root = folder_of(many({"cat": 2, "dog": 2}))
    before = read(root)
    decoded = []
    whole = scan.decode
    monkeypatch.setattr(scan, "decode", lambda path, scale: decoded.append(path.name) or whole(path, scale))
    (root / "cat" / "00.png").write_bytes(image_bytes(70))
    after = read(root)
    assert decoded == ["00.png"]
    assert after.fingerprint != before.fingerprint
    assert [item.thumbnail for item in after.items][1:] == [item.thumbnail for item in before.items][1:]


def test_a_damaged_memory_of_a_scan_is_no_obstacle(folder_of, read, many, tmp_path):
    root = folder_of(many({"cat": 2, "dog": 2}))
    before = read(root)
    (memory,) = (tmp_path / "workspace" / "cache" / "scans").iterdir()
    memory.write_text('{"version": 1')
    assert read(root) == before


def test_a_workspace_that_cannot_be_written_only_costs_time(folder_of, many, tmp_path):
    (tmp_path / "file").write_text("")
    dataset = load_dataset(str(folder_of(many({"cat": 2, "dog": 2}))), tmp_path / "file")
    assert len(dataset.items) == 4
    assert "read anew the next time" in dataset.notes[-1]


def test_the_fingerprint_is_of_content_not_of_names(folder_of, read):
    one = read(folder_of({"cat/a.png": 1, "cat/b.png": 2, "dog/c.png": 3}, "one"))
    renamed = read(folder_of({"cat/z.png": 1, "cat/y.png": 2, "dog/x.png": 3}, "two"))
    other = read(folder_of({"cat/a.png": 1, "dog/b.png": 2, "dog/c.png": 3}, "three"))
    assert one.fingerprint == renamed.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    "source",
    ["/tmp/" + "a/" * 1900, "x" * 5000, "~nobody-of-this-name/x"],
    ids=["long", "longer than a path", "nobody"],
)
def test_a_path_that_is_not_there_is_a_short_sentence(source, tmp_path):
    with pytest.raises(DatasetNotFound) as caught:
        load_dataset(source, tmp_path)
    assert len(str(caught.value)) < 600
    assert ".." not in str(caught.value).replace("…", "")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("set-20240101T120000Z-001.zip", "set-20240101T120000Z-002.zip"), True),
        (("images_part1.zip", "images_part2.zip"), True),
        (("set-001.zip", "other-002.zip"), False),
        (("set.zip", "set2.zip"), False),
    ],
)
def test_zips_that_a_download_was_divided_into_are_told(tmp_path, read, image_bytes, names, message):
    for name in names:
        content = [
            (f"{label}/{seed}.png", image_bytes(seed)) for seed, label in enumerate(("cat", "dog", "cat", "dog"))
        ]
        (tmp_path / name).write_bytes(zip_of(content))
    notes = read(tmp_path / names[0]).notes
    assert any(f"'{names[1]}' beside it is not read" in note for note in notes) is message
