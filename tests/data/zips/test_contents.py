"""The table of contents of a zip: what is allowed unless somebody says otherwise, and what an entry is refused for."""

import zipfile
from types import SimpleNamespace

import pytest

from core.data.zips.contents import Limits, open_zip, read_contents, refuse_growth
from core.data.zips.unpack import unpack
from core.errors import UnreadableArchive
from tests.data.conftest import encode, smooth
from tests.data.zip_files import zip_of, zip_of_raw

IMAGE = encode(smooth(1, 16))


def names_in(content):
    with open_zip(content, "my.zip") as opened:
        return [entry.name for entry in read_contents(opened, "my.zip", Limits()).entries]


def test_what_an_archive_may_cost_unless_somebody_says_otherwise(tmp_path):
    refuse_growth(4 * 2**30, 2**30, "my.zip", Limits())
    with pytest.raises(UnreadableArchive, match=r"holds more than 4 GB\."):
        refuse_growth(4 * 2**30 + 1, 2**30, "my.zip", Limits())
    with pytest.raises(UnreadableArchive, match=r"more than 1 GB of it grow more than 200 times"):
        refuse_growth(4 * 2**30, 2**30 + 1, "my.zip", Limits())
    many = SimpleNamespace(infolist=lambda: [zipfile.ZipInfo("a/")] * 50_001)
    with pytest.raises(UnreadableArchive, match=r"has 50,001 entries; at most 50,000 are allowed"):
        read_contents(many, "my.zip", Limits())
    deep = ["/".join("abcdefghijklmn"[:folders]) + "/1.png" for folders in (11, 12)]
    (left,) = unpack(zip_of([(name, IMAGE) for name in deep]), tmp_path / "out")
    assert (left.name, left.reason) == (deep[1], "Lies more than 12 folders deep.")


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (1, "Shrink"), (6, "Implode"), (9, "Deflate64"), (20, "Zstandard"), (93, "Zstandard"), (94, "MP3"), (95, "XZ"),
        (96, "JPEG"), (97, "WavPack"), (98, "PPMd"), (99, "AES encryption"), (2, "method 2"), (100, "method 100"),
    ],
)  # fmt: skip
def test_a_method_that_cannot_be_read_is_called_by_its_name(method, name):
    content = bytearray(zip_of([("cat/1.png", IMAGE)]))
    table = content.index(b"PK\x01\x02")
    content[table + 10 : table + 12] = method.to_bytes(2, "little")
    with pytest.raises(UnreadableArchive, match=rf"^my\.zip is packed with {name}, which cannot be read here\."):
        names_in(bytes(content))


def test_entries_of_folders_contradict_nothing_and_the_first_of_several_contradictions_is_named():
    assert names_in(zip_of([("cat/", b""), ("cat/1.png", IMAGE), ("cat/small/", b"")])) == [
        "cat/", "cat/1.png", "cat/small/",
    ]  # fmt: skip
    both = [(name, IMAGE) for name in ("d", "d/1.png", "b/c", "b/c/1.png", "e", "e/1.png")]
    with pytest.raises(UnreadableArchive, match=r"^my\.zip contradicts itself: 'b/c' is a file and a folder\."):
        names_in(zip_of(both))


@pytest.mark.parametrize("beside", ["my.z01", "my.Z01"])
@pytest.mark.parametrize("name", ["my.zip", "my.ZIP"])
def test_the_last_part_of_a_split_zip_is_known_however_its_parts_are_written(tmp_path, beside, name):
    (tmp_path / name).write_bytes(zip_of([("cat/1.png", IMAGE)]))
    with open_zip(tmp_path / name, name):
        pass
    (tmp_path / beside).write_bytes(b"part")
    with pytest.raises(UnreadableArchive, match=rf"^{name} is one part of a zip that was split"):
        open_zip(tmp_path / name, name)
    (tmp_path / "my.tm").write_bytes(zip_of([("cat/1.png", IMAGE)]))
    with open_zip(tmp_path / "my.tm", "my.tm"):
        pass


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "my.zip is empty (0 bytes). Copy or download it again."),
        (b"PK\x05\x06\0\0", "my.zip is a zip that is cut off or damaged. Copy or download it again."),
        (b"PK", "my.zip is a zip that is cut off or damaged. Copy or download it again."),
        (
            b"\x1f\x8b\x08" + bytes(40),
            "not a zip. Unpack it and choose its folder, or pack the class folders as a zip.",
        ),
    ],
)
def test_what_is_no_zip_is_named_in_a_file_as_in_memory(tmp_path, content, says):
    (tmp_path / "my.zip").write_bytes(content)
    for source in (content, tmp_path / "my.zip"):
        with pytest.raises(UnreadableArchive) as told:
            open_zip(source, "my.zip")
        assert str(told.value).endswith(says)
    with pytest.raises(UnreadableArchive, match=r"^gone\.zip cannot be read: No such file or directory\.$"):
        open_zip(tmp_path / "gone.zip", "gone.zip")


@pytest.mark.parametrize("comment", [b"", b"seen by PK\x01\x02"])
def test_marks_that_lie_are_passed_over_whatever_stands_behind_the_names(comment):
    """Of every entry of the table, though some have more fields or a comment than others."""
    names = [b"caf\xe9/1.png", b"caf\xe9/2.png", b"caf\xe9/3.png"]
    content = bytearray(zip_of_raw(names, IMAGE, [None, "café/2.png", None]))
    at, table = 0, content.index(b"PK\x01\x02")
    while (at := content.find(b"PK\x03\x04", at)) >= 0:
        content[at + 7] |= 8
        at += 4
    for place in [n for n in range(table, len(content)) if content[n : n + 4] == b"PK\x01\x02"]:
        content[place + 9] |= 8
    if comment:  # behind the name of the first entry, which has no further field
        content[table + 32 : table + 34] = len(comment).to_bytes(2, "little")
        behind = table + 46 + len(names[0])
        content[behind:behind] = comment
        end = content.rindex(b"PK\x05\x06")
        size = int.from_bytes(content[end + 12 : end + 16], "little") + len(comment)
        content[end + 12 : end + 16] = size.to_bytes(4, "little")
    with open_zip(bytes(content), "my.zip") as opened:
        found = read_contents(opened, "my.zip", Limits())
        assert [entry.parts[-1] for entry in found.entries] == ["1.png", "2.png", "3.png"]
        assert {entry.parts[0] for entry in found.entries} == {"café"}
        assert [opened.read(entry.info) for entry in found.entries] == [IMAGE] * 3
