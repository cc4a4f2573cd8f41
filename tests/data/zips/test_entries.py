"""What entries of a zip are called, and what stays of it whatever they are called."""

import json
import os
import re
import zipfile

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from core.data.sources import load_dataset
from core.data.zips import unpack as archive
from core.data.zips.unpack import Limits, unpack
from core.errors import UnreadableArchive
from core.text import shown
from tests.data.conftest import encode, smooth
from tests.data.zip_files import mutated, zip_of, zip_of_raw

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
IMAGE = encode(smooth(1, 16))


def loaded(tmp_path, content, name="photos.zip"):
    (tmp_path / name).write_bytes(content)
    return load_dataset(str(tmp_path / name), tmp_path / "workspace")


def refusal(content, into, **more):
    """Why a zip was refused; empty where it was unpacked."""
    try:
        unpack(content, into, **more)
    except UnreadableArchive as error:
        return str(error)
    return ""


def raw_zip(codec, classes, **more):
    names = [f"{name}/{number}.png".encode(codec) for name in classes for number in range(2)]
    return zip_of_raw(names, IMAGE, **more)


@pytest.mark.parametrize(
    ("codec", "classes"),
    [("gb18030", ["苹果", "梨"]), ("cp932", ["表", "ソ", "能"]), ("cp950", ["功能", "許可"]),
     ("cp949", ["사과", "바나나"]), ("euc_jp", ["りんご", "なし"]), ("cp1251", ["Кошка", "Собака"]),
     ("cp850", ["Äpfel", "Nüsse"])],
)  # fmt: skip
def test_names_of_old_packers_are_read_and_said(tmp_path, codec, classes):
    dataset = loaded(tmp_path, raw_zip(codec, classes))
    assert dataset.counts == dict.fromkeys(sorted(classes), 2)
    assert [note for note in dataset.notes if note.startswith("photos.zip does not say")]
    assert {item.name.split("/")[0] for item in dataset.items} == set(classes)


def test_the_unicode_path_field_counts_only_where_it_belongs_to_the_name(tmp_path):
    names = [b"\xc6\xbb\xb9\xfb/1.png", b"\xc0\xe6/1.png"]
    assert loaded(tmp_path, zip_of_raw(names, IMAGE, ["x/1.png", "y/1.png"])).classes == ("x", "y")
    content = zip_of_raw(names, IMAGE, ["x/1.png", "y/1.png"])
    renamed = content.replace(b"\xc6\xbb\xb9\xfb", b"\xcf\xe3\xbd\xb6")  # the field still has the old name's checksum
    assert loaded(tmp_path, renamed, "renamed.zip").classes == ("y", "香蕉")


def test_names_that_cannot_be_decoded_stay_apart(tmp_path):
    dataset = loaded(tmp_path, zip_of_raw([b"\x80\xff/1.png", b"\x81\xff/1.png", b"\x80\xfe\xff/1.png"], IMAGE))
    assert dataset.classes == (r"\x80\xfe\xff", r"\x80\xff", r"\x81\xff")
    assert "unknown encoding" in dataset.notes[0]


def test_a_flag_that_lies_about_utf8_does_not_stop_the_zip(tmp_path):
    content = bytearray(raw_zip("gb18030", ["苹果", "梨"]))
    for found in re.finditer(b"PK\x01\x02|PK\x03\x04", bytes(content)):
        content[found.start() + (9 if found[0] == b"PK\x01\x02" else 7)] |= 8
    assert loaded(tmp_path, bytes(content)).classes == ("梨", "苹果")


def test_a_colon_is_a_letter_and_left_out_files_have_the_paths_of_the_zip(tmp_path):
    dataset = loaded(tmp_path, zip_of([("A: b/1.png", IMAGE), ("A: b/2?.png", b"no"), ("B: c/1.png", IMAGE)]))
    assert dataset.classes == ("A: b", "B: c")
    assert [one.name for one in dataset.left_out] == ["A: b/2?.png"]


def test_a_wrapper_with_a_forbidden_name_is_still_a_wrapper(tmp_path):
    dataset = loaded(tmp_path, zip_of([("my: set/cat/1.png", IMAGE), ("my: set/dog/1.png", IMAGE)]))
    assert dataset.classes == ("cat", "dog")
    assert dataset.notes == ("The class folders lie in 'my: set'.",)


def test_refusals_name_the_users_file_alone(tmp_path):
    flat = zip_of([(f"image_{number}.jpg", IMAGE) for number in range(3)])
    for content, message in ((flat, "3 images and no class folders"), (b"PK\x03\x04", "cut off"), (b"Rar!", "a rar")):
        with pytest.raises(Exception, match=message) as caught:
            loaded(tmp_path, content)
        assert "photos.zip" in str(caught.value)
        assert "zip3-" not in str(caught.value)


def test_a_teachable_machine_project_has_its_classes_in_its_names(tmp_path):
    names = ["0-red disc-0.jpg", "0-red disc-1.jpg", "1-bars-0.jpg", "manifest.json"]
    dataset = loaded(tmp_path, zip_of([(name, IMAGE) for name in names]), "project.tm")
    assert dataset.counts == {"bars": 1, "red disc": 2}
    assert "Teachable Machine" in dataset.notes[0]
    with pytest.raises(Exception, match="no class folders"):  # names alone are no project
        loaded(tmp_path, zip_of([(name, IMAGE) for name in names[:3]]))


@pytest.mark.parametrize(("method", "message"), [(9, "Deflate64"), (93, "Zstandard"), (98, "PPMd"), (77, "method 77")])
def test_methods_that_cannot_be_read_are_named(tmp_path, method, message):
    content = bytearray(zip_of([("cat/1.png", IMAGE)]))
    for magic, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(magic) + place] = method
    with pytest.raises(UnreadableArchive, match=rf"photos\.zip is packed with {message}"):
        loaded(tmp_path, bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_are_read(tmp_path, method):
    assert unpack(zip_of([("cat/1.png", IMAGE)], method), tmp_path / "out") == ()


@settings(max_examples=30, deadline=None)
@given(parts=some.lists(some.text(min_size=1, max_size=30), min_size=1, max_size=3), tail=some.sampled_from("/\\"))
def test_whatever_an_entry_is_called_it_lies_inside_or_the_zip_is_refused(tmp_path_factory, parts, tail):
    folder = tmp_path_factory.mktemp("named")
    name = tail.join(part.encode("utf-8", "replace").decode() for part in parts)
    assume(name[0] != "\0")  # zipfile cannot write an empty name, and cuts it there
    message = refusal(zip_of([(name, IMAGE), ("cat/1.png", IMAGE)]), folder / "out")
    assert not CONTROL.search(message)
    assert [path.name for path in folder.iterdir()] == ([] if message else ["out"])
    if not message:
        assert all(len(os.fsencode(path.name)) <= 120 for path in (folder / "out").rglob("*"))


@settings(max_examples=30, deadline=None)
@given(some.sets(some.binary(min_size=1, max_size=12).filter(lambda raw: not set(raw) & set(b"\0/\\.:")), min_size=2))
def test_classes_never_merge_whatever_bytes_they_are(tmp_path_factory, raw):
    folder = tmp_path_factory.mktemp("bytes")
    unpack(zip_of_raw([b"c" + name + b"/1.png" for name in sorted(raw)], IMAGE), folder / "out")
    manifest = json.loads((folder / "out" / archive.MANIFEST).read_text())
    folders = [path.name for path in (folder / "out").iterdir() if path.is_dir()]
    labels = {manifest["labels"].get(name, name) for name in folders}
    assert len(folders) == len(labels) == len(raw)


@given(some.text(some.characters(), max_size=40))
def test_what_is_shown_is_visible_and_stays_as_it_is(text):
    got = shown(text)
    assert not CONTROL.search(got)
    assert shown(got) == got
    got.encode()


@pytest.mark.slow
def test_five_hundred_damaged_zips_are_read_or_refused_and_leave_nothing(tmp_path):
    refused = []
    for seed in range(500):
        box = tmp_path / str(seed)
        message = refusal(mutated(seed, IMAGE), box / "in" / "out", limits=Limits(total_bytes=50 << 20), whose="my.zip")
        inside = {path.relative_to(box).as_posix() for path in box.rglob("*")} if box.exists() else set()
        assert not CONTROL.search(message), seed
        if message:
            refused.append(message)
            assert "my.zip" in message, seed
            assert inside <= {"in"}, seed
        else:
            assert {name.partition("/")[2].partition("/")[0] for name in inside} == {"", "out"}, seed
            manifest = json.loads((box / "in" / "out" / archive.MANIFEST).read_text())
            assert not CONTROL.search("".join("".join(one) for one in manifest["left_out"])), seed
    assert all(path.name.isdigit() for path in tmp_path.iterdir())
    assert 50 < len(refused) < 450
