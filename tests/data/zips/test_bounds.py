"""Zips at the edges of what is allowed, what is said of those that cannot be read, and what is passed over in them."""

import zipfile

import pytest

from core.data.collection import create
from core.data.sources import load_dataset
from core.data.zips import contents, passed_over
from core.data.zips.contents import Limits, grows, open_zip, read_contents, refuse_growth, unreadable
from core.data.zips.entries import read_entries
from core.data.zips.unpack import unpack
from core.errors import UnreadableArchive, UnusableDataset
from tests.data.conftest import encode, smooth
from tests.data.zip_files import zip_of

IMAGE = encode(smooth(1, 16))
JPEG = b"\xff\xd8\xff\xe0"


def read(content, **limits):
    with open_zip(content, "my.zip") as opened:
        return read_contents(opened, "my.zip", Limits(**limits))


def test_as_many_entries_and_bytes_as_allowed_are_read_and_no_more():
    content = zip_of([(f"cat/{n}.png", bytes(100)) for n in range(7)])
    assert len(read(content, entries=7, total_bytes=700).entries) == 7
    with pytest.raises(UnreadableArchive, match=r"my\.zip has 7 entries; at most 6 are allowed"):
        read(content, entries=6)
    with pytest.raises(UnreadableArchive, match=r"my\.zip holds more than"):
        read(content, total_bytes=699)


def test_what_grows_is_told_by_its_ratio_and_an_empty_entry_by_its_size():
    info = zipfile.ZipInfo("a")
    info.compress_size = 10
    assert [grows(info, size, Limits()) for size in (2000, 2001)] == [False, True]
    info.compress_size = 0
    assert [grows(info, size, Limits()) for size in (200, 201)] == [False, True]
    refuse_growth(90, 50, "my.zip", Limits(total_bytes=90, ratio_bytes=50))
    for total, grown, says in ((91, 50, "holds more than"), (90, 51, "zip bomb"), (91, 51, "zip bomb")):
        with pytest.raises(UnreadableArchive, match=says):
            refuse_growth(total, grown, "my.zip", Limits(total_bytes=90, ratio_bytes=50))


def test_files_that_are_too_large_or_lie_too_deep_are_left_out_by_their_limits(tmp_path):
    content = zip_of([("a/b/1.png", IMAGE), ("a/b/c/2.png", IMAGE), ("a/3.png", IMAGE + b"x"), ("a/4.png", IMAGE)])
    left = unpack(content, tmp_path / "out", Limits(depth=3, file_bytes=len(IMAGE)))
    assert [(one.name, one.reason[:28]) for one in left] == [
        ("a/b/c/2.png", "Lies more than 3 folders dee"), ("a/3.png", "Takes more than"[:28] + left[1].reason[15:28]),
    ]  # fmt: skip
    assert left[1].reason.startswith("Takes more than ")
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.png")) == ["1.png", "4.png"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("Bad magic."), "my.zip is damaged (Bad magic). Nothing was kept. Pack it again."),
        (ValueError(), "my.zip is damaged (ValueError). Nothing was kept. Pack it again."),
        (MemoryError("x"), "my.zip needs more memory to unpack than this machine has."),
        (NotImplementedError("patched data"), "my.zip is packed in a way that cannot be read here (patched data)."),
        (zipfile.BadZipFile("zipfiles that span multiple disks are not supported"), "my.zip is packed in a way that"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_reason(error, says):
    assert unreadable(error, "my.zip").startswith(says)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a.zip.001", "one part of a zip"), ("a.zip.0011", "cut off or damaged"), ("a.z1", "cut off or damaged"),
        ("a.z99", "one part of a zip"), ("a.b.zip", "cut off or damaged"),
    ],
)  # fmt: skip
def test_a_part_of_a_split_zip_is_known_by_its_name(name, says):
    with pytest.raises(UnreadableArchive, match=f"{name}.*{says}"):
        open_zip(b"PK\x03\x04" + bytes(90), name)


def test_other_files_are_named_by_what_they_are():
    for content, says in ((IMAGE, "is an image, not a zip that can be opened"), (b"%PDF-1.7", "is a PDF, not a zip")):
        with pytest.raises(UnreadableArchive, match=says):
            open_zip(content, "my.zip")


@pytest.mark.parametrize(
    ("name", "safe"),
    [("C:/x.png", False), ("C:x.png", False), ("C:", False), ("A: round/1.png", True), ("AB:/x.png", True),
     ("a/b..c/1.png", True), ("a/../1.png", False)],
)  # fmt: skip
def test_a_drive_and_a_way_up_are_unsafe_and_a_class_with_a_colon_is_not(name, safe):
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    content = zip_of([("cat/1.png", IMAGE), (info, IMAGE)])
    if safe:
        assert [entry.name for entry in read(content).entries] == ["cat/1.png", name]
    else:
        with pytest.raises(UnreadableArchive, match="points out of the folder"):
            read(content)


def test_a_folder_is_one_by_its_slash_its_mode_or_its_mark_of_dos():
    made = []
    for name, attributes, size in (("a", 0o040755 << 16, 0), ("b", 0x10, 0), ("c", 0x10, 5), ("d", 0o100644 << 16, 0),
                                   ("e/", 0, 0)):  # fmt: skip
        info = zipfile.ZipInfo(name)
        info.external_attr, info.file_size = attributes, size
        made.append(info)
    entries, notes = read_entries(made, "my.zip")
    assert [entry.is_folder for entry in entries] == [True, True, False, False, True]
    assert notes == []


def test_entries_that_meet_share_no_bytes():
    content = bytearray(zip_of([("a/1.png", b""), ("a/2.png", IMAGE)]))
    assert len(read(bytes(content)).entries) == 2
    table = content.rindex(b"PK\x01\x02")
    content[table + 42 : table + 46] = (30).to_bytes(4, "little")  # right behind the first header without its name
    assert len(read(bytes(content)).entries) == 2
    content[table + 42 : table + 46] = (29).to_bytes(4, "little")
    with pytest.raises(UnreadableArchive, match="its entries overlap"):
        read(bytes(content))


def test_the_classes_of_a_teachable_machine_project_are_listed_up_to_ten(tmp_path):
    for count, ends in ((10, "8, class 9). Its"), (11, "8, class 9 and more). Its")):
        names = [f"{n}-class {n}-{k}.jpg" for n in range(count) for k in range(2)]
        path = tmp_path / f"p{count}.tm"
        path.write_bytes(zip_of([(name, encode(smooth(k, 16))) for k, name in enumerate([*names, "manifest.json"])]))
        dataset = load_dataset(str(path), tmp_path / "workspace")
        assert len(dataset.classes) == count
        (note,) = [note for note in dataset.notes if "Teachable Machine" in note]
        assert f"its {2 * count} samples are used" in note
        assert ends in note


def test_only_so_many_hidden_entries_are_opened_and_those_called_images_always_count(monkeypatch):
    monkeypatch.setattr(passed_over, "_MOST_OPENED", 2)
    names = [".a", ".b.txt", ".c", ".d", ".9.jpg", ".10.jpg"]
    found = read(zip_of([("cat/1.png", IMAGE), *((f"cat/{name}", JPEG) for name in names)]))
    assert [entry.name for entry in found.entries] == ["cat/1.png"]
    assert [one.name for one in found.left_out] == ["cat/.9.jpg"]
    assert "so do the names of 3 more images" in found.left_out[0].reason


def test_a_bin_names_the_images_right_in_it():
    found = read(zip_of([("cat/1.png", IMAGE), (".trash/1.png", JPEG), (".trash/2.png", JPEG), (".trash/a/3.png", JPEG),
                         (".trash/note.txt", b"x"), (".x/", b""), (".y/a.txt", b"words")]))  # fmt: skip
    assert [(one.name, one.reason[:42]) for one in found.left_out] == [
        (".trash", "Is called like a bin: 2 images in it are n")
    ]


def test_what_is_wrong_in_a_zip_or_collection_is_said_of_what_the_user_knows(tmp_path):
    path = tmp_path / "photos.zip"
    path.write_bytes(zip_of([("cat/1.jpg", JPEG), ("dog/2.jpg", JPEG)]))
    with pytest.raises(UnusableDataset) as refused:
        load_dataset(str(path), tmp_path / "workspace")
    assert str(refused.value).startswith(f"{path} has classes, but no readable images in them (2 files left out).")
    assert "The first one: cat/1.jpg: The file is cut off or damaged" in str(refused.value)
    pets = create(tmp_path / "workspace", "My pets")
    with pytest.raises(UnusableDataset) as refused:
        load_dataset(str(pets), tmp_path / "workspace")
    assert "My pets" in str(refused.value)
    assert pets.name not in str(refused.value)
    plain = tmp_path / "plain"
    (plain / "cat").mkdir(parents=True)
    (plain / "cat" / "1.jpg").write_bytes(JPEG)
    with pytest.raises(UnusableDataset, match="has classes, but no readable") as refused:
        load_dataset(str(plain), tmp_path / "workspace")
    assert str(refused.value).startswith(str(plain))


def test_bytes_that_come_out_are_counted_as_a_whole_and_as_grown(tmp_path, monkeypatch):
    content = zip_of([("cat/1.png", IMAGE), ("cat/2.bmp", b"BM" + bytes(3000)), ("cat/3.bmp", b"BM" + bytes(3000))])
    size = len(IMAGE) + 2 * 3002
    assert unpack(content, tmp_path / "out", Limits(ratio_bytes=100, total_bytes=size)) == ()  # nothing grows
    monkeypatch.setattr(contents, "refuse_growth", lambda *_: None)  # as if the table had lied
    with pytest.raises(UnreadableArchive, match="holds more than"):
        unpack(content, tmp_path / "more", Limits(ratio_bytes=100, total_bytes=size - 1))
    blank = [(f"cat/{n}.bmp", b"BM" + bytes(90_000)) for n in (2, 3)]
    packed = zip_of([("cat/1.png", IMAGE), *blank], zipfile.ZIP_DEFLATED)
    assert unpack(packed, tmp_path / "grown", Limits(ratio_bytes=180_004)) == ()
    with pytest.raises(UnreadableArchive, match="zip bomb"):
        unpack(packed, tmp_path / "bomb", Limits(ratio_bytes=180_003))
