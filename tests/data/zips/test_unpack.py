"""FAULTS, "Archives": all of a zip within limits, or none of it."""

import io
import os
import stat
import tarfile
import zipfile

import pytest

from core.data.zips import contents
from core.data.zips import unpack as archive
from core.data.zips.unpack import Limits, unpack
from core.errors import StorageFailed, UnreadableArchive
from core.files import TEMPORARY_PREFIX
from tests.data.zip_files import zip_of


@pytest.fixture
def refused(tmp_path):
    """`refused(content, says)`: unpacking raises, and nothing remains."""

    def check(content, says, limits=None):
        into = tmp_path / "box" / "here"
        with pytest.raises(UnreadableArchive, match=says):
            unpack(content, into, limits)
        left = [path for path in tmp_path.rglob("*") if path.name != "box"]
        assert left == []

    return check


def test_a_good_zip_is_unpacked_and_junk_is_ignored(tmp_path, image_bytes):
    content = zip_of([
        ("cat/1.png", image_bytes(1)), ("dog/./2.png", image_bytes(2)), ("__MACOSX/cat/._1.png", b"x"),
        ("cat/.DS_Store", b"x"),
        ("empty/", b""), ("notes.txt", b"hello"), ("Thumbs.db", b"x"),
    ])  # fmt: skip
    assert unpack(content, tmp_path / "out") == ()
    files = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert files == {"cat/1.png", "dog/2.png", "notes.txt", archive.MANIFEST}
    assert (tmp_path / "out" / "empty").is_dir()
    assert (tmp_path / "out" / "cat" / "1.png").read_bytes() == image_bytes(1)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_zip_on_disk_and_names_with_backslashes(tmp_path, image_bytes):
    (tmp_path / "a.zip").write_bytes(zip_of([("cat\\1.png", image_bytes(1))]))
    unpack(tmp_path / "a.zip", tmp_path / "out")
    assert (tmp_path / "out" / "cat" / "1.png").is_file()


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "cat/../../evil.png", "/etc/evil.png", "..\\evil.png", "cat\\..\\..\\x.png", "C:\\evil.png", "C:x"],
)
def test_a_member_that_points_out_refuses_the_whole_zip(refused, image_bytes, name):
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    refused(zip_of([("cat/1.png", image_bytes(1)), (info, image_bytes(2))]), "points out of the folder")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_are_refused(refused, image_bytes, kind):
    info = zipfile.ZipInfo("cat/link.png")
    info.external_attr = (kind | 0o777) << 16
    refused(zip_of([("cat/1.png", image_bytes(1)), (info, b"/etc/passwd")]), "link or a device")


def test_a_blank_image_is_no_bomb_and_many_bytes_that_grow_are(refused, image_bytes, tmp_path):
    members = [("cat/1.png", image_bytes(1)), *[(f"cat/{n}.bmp", b"BM" + bytes(3 << 20)) for n in range(3)]]
    content = zip_of(members, zipfile.ZIP_DEFLATED)
    refused(content, "zip bomb", Limits(ratio_bytes=9 << 20))
    unpack(content, tmp_path / "out", Limits(ratio_bytes=10 << 20))
    assert (tmp_path / "out" / "cat" / "2.bmp").stat().st_size == (3 << 20) + 2


def test_bytes_that_grow_are_counted_where_the_table_hides_them(refused, image_bytes, monkeypatch):
    monkeypatch.setattr(contents, "grows", lambda *_: False)  # as if the table had lied
    members = [("cat/1.png", image_bytes(1)), ("cat/2.bmp", b"BM" + bytes(3 << 20))]
    refused(zip_of(members, zipfile.ZIP_DEFLATED), "zip bomb", Limits(ratio_bytes=2 << 20))


def test_the_declared_total_is_refused_before_anything_is_written(refused, image_bytes, monkeypatch):
    monkeypatch.setattr(archive, "_extract", None)
    refused(
        zip_of([("cat/1.png", image_bytes(1)), ("cat/2.png", bytes(5000))]), "more than 6 kB", Limits(total_bytes=6000)
    )


def test_real_bytes_are_counted_where_the_table_lies(refused, image_bytes):
    whole = zip_of([("cat/1.png", image_bytes(1)), ("cat/2.png", bytes(3 << 20))], zipfile.ZIP_DEFLATED)
    true_size, lie = (3 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert whole.count(true_size) == 2  # in the local header and in the table
    refused(whole.replace(true_size, lie), "damaged")


def test_too_many_entries_are_refused(refused, image_bytes):
    refused(zip_of([(f"cat/{n}.png", b"x") for n in range(11)]), "11 entries; at most 10", Limits(entries=10))


@pytest.mark.parametrize("start", [0, 60], ids=["the same bytes", "within the data of the first"])
def test_overlapping_entries_are_refused(refused, image_bytes, start):
    content = bytearray(zip_of([("cat/1.png", image_bytes(1)), ("cat/2.png", image_bytes(1))]))
    table = content.rindex(b"PK\x01\x02")
    content[table + 42 : table + 46] = start.to_bytes(4, "little")  # the second entry now starts in the first
    refused(bytes(content), "overlap")


def test_archives_inside_are_left_out_by_name(tmp_path, image_bytes):
    inner = zip_of([("deep.png", image_bytes(2))])
    left = unpack(
        zip_of([("cat/1.png", image_bytes(1)), ("cat/more.zip", inner), ("cat/fake.png", inner)]), tmp_path / "out"
    )
    assert [item.name for item in left] == ["cat/more.zip", "cat/fake.png"]
    assert all("inside archives" in item.reason for item in left)
    assert [path.name for path in (tmp_path / "out" / "cat").iterdir()] == ["1.png"]


@pytest.mark.parametrize("name", ["cat/1.png", "Käfer/1.png"])  # whose flags say that it is UTF-8, too
def test_an_encrypted_zip_is_refused(refused, image_bytes, name):
    content = bytearray(zip_of([("dog/2.png", image_bytes(2)), (name, image_bytes(1))]))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rindex(magic) + offset] |= 9  # by a program that writes the size behind
    refused(bytes(content), "without a password")


def test_a_wrong_checksum_is_refused(refused, image_bytes):
    whole = zip_of([("cat/1.png", image_bytes(1)), ("cat/2.png", b"A" * 400)])
    refused(whole.replace(b"A" * 400, b"A" * 399 + b"B"), "damaged.*CRC")


def test_a_cut_zip_is_refused(refused, image_bytes):
    whole = zip_of([("cat/1.png", image_bytes(1))])
    refused(whole[: len(whole) // 2], "cut off or damaged")


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_is_refused_by_name(refused, mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as made:
        made.addfile(tarfile.TarInfo("cat/1.png"))
    refused(out.getvalue(), "a tar archive, not a zip" if mode == "w" else "a gzip file, not a zip")


@pytest.mark.parametrize(
    ("content", "says"), [(b"", r"empty \(0 bytes\)"), (b"<html>", "HTML"), (zip_of([]), "no images")]
)
def test_what_is_no_zip_of_images_is_refused(refused, content, says):
    refused(content, says)


def test_a_zip_without_images_is_refused(refused):
    refused(zip_of([("cat/letter.txt", b"dear aunt")]), "no images inside")


def test_a_name_that_is_a_file_and_a_folder_is_refused(refused, image_bytes):
    refused(zip_of([("cat", image_bytes(1)), ("cat/1.png", image_bytes(2))]), "is a file and a folder")


def test_a_name_that_comes_twice_keeps_the_first(tmp_path, image_bytes):
    content = zip_of([("cat/1.png", image_bytes(1)), ("cat/1.png", image_bytes(2))])
    (left,) = unpack(content, tmp_path / "out")
    assert "twice" in left.reason
    assert (tmp_path / "out" / "cat" / "1.png").read_bytes() == image_bytes(1)


def test_names_that_no_file_system_takes_are_bounded_and_keep_their_label(tmp_path, image_bytes):
    long = "k" * 300
    unpack(
        zip_of([(f"{long}/{long}.png", image_bytes(1)), ("CON/1.png", image_bytes(2)), ("a?b/1.png", image_bytes(3))]),
        tmp_path / "o",
    )
    names = [path.name for path in (tmp_path / "o").rglob("*")]
    assert max(map(len, names)) <= 120
    assert not {"CON", "a?b"} & set(names)
    assert long in (tmp_path / "o" / archive.MANIFEST).read_text()


def test_nothing_remains_when_the_disk_is_full(tmp_path, image_bytes, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "_copy", full)
    with pytest.raises(StorageFailed, match="disk is full"):
        unpack(zip_of([("cat/1.png", image_bytes(1))]), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_archive_of_archives_names_them_with_the_next_step(tmp_path):
    inner = zip_of([("a/1.png", b"x")])
    with pytest.raises(UnreadableArchive) as caught:
        unpack(zip_of([("data.zip", inner), ("more.zip", inner)]), tmp_path / "out", whose="photos.zip")
    message = str(caught.value)
    assert message.startswith("photos.zip has no images that can be used. data.zip: Is a zip archive.")
    assert "unpack it first. 1 more file left out. Pack a folder" in message
    with pytest.raises(UnreadableArchive) as caught:
        unpack(zip_of([("data.zip", inner)]), tmp_path / "out", whose="photos.zip")
    assert "unpack it first. Pack a folder" in str(caught.value)
    with pytest.raises(UnreadableArchive, match=r"unpack it first\. 2 more files left out\."):
        unpack(zip_of([(f"{name}.zip", inner) for name in "abc"]), tmp_path / "out", whose="photos.zip")


@pytest.mark.parametrize("name", ["a.zip.001", "a.z01", "A.ZIP.017"])
def test_a_part_of_a_split_zip_is_no_damaged_one(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK\x03\x04" + bytes(90))
    with pytest.raises(UnreadableArchive, match="one part of a zip that was split"):
        unpack(tmp_path / name, tmp_path / "out")


def test_the_last_part_of_a_split_zip_is_known_by_those_beside_it(tmp_path):
    (tmp_path / "a.z01").write_bytes(b"PK")
    (tmp_path / "a.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    (tmp_path / "b.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    with pytest.raises(UnreadableArchive, match="one part of a zip that was split"):
        unpack(tmp_path / "a.zip", tmp_path / "out")
    with pytest.raises(UnreadableArchive, match="no images inside"):
        unpack(tmp_path / "b.zip", tmp_path / "out")


def test_what_a_killed_program_left_is_swept_and_what_another_one_unpacks_now_is_not(tmp_path, image_bytes):
    stale, fresh = (tmp_path / f"{TEMPORARY_PREFIX}{name}" for name in ("stale", "fresh"))
    for folder in (stale, fresh):
        folder.mkdir()
        (folder / "1.png").write_bytes(b"half")
    os.utime(stale, (1, 1))
    unpack(zip_of([("cat/1.png", image_bytes(1))]), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == [fresh.name, "out"]
    assert (fresh / "1.png").read_bytes() == b"half"
