import errno
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import files
from core.errors import InvalidInput, StorageFailed

ROOT = Path(__file__).parents[1]


def test_a_write_that_fails_keeps_the_old_content_and_leaves_nothing(tmp_path):
    path = tmp_path / "a.txt"
    files.write_text(path, "old")

    def write_half():
        with files.atomic_write(path) as file:
            file.write(b"half")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_half()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_told_and_keeps_the_old_content(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    files.write_text(path, "old")

    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailed, match=re.escape(f"disk is full: a.txt could not be saved in {tmp_path}.")):
        files.write_text(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageFailed, match=r"could not be saved"):
        files.write_text(tmp_path / "file" / "a.txt", "x")


def test_stale_temporary_files_are_swept_and_others_stay(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / f"{files.TEMPORARY_PREFIX}abc").write_text("half")
    (tmp_path / "keep.txt").write_text("whole")
    assert files.sweep_temporary(tmp_path) == 1
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["keep.txt"]


def test_json_has_no_nan():
    text = files.dump_json({"loss": float("nan"), "series": [1.0, float("inf")]})
    assert json.loads(text) == {"loss": None, "series": [1.0, None]}


@pytest.mark.parametrize("name", ["../../etc", "CON", ".", "", "a" * 300, "שלום", "🐦", "<img onerror>", "C:\\x"])
def test_a_slug_is_a_safe_short_file_name(name):
    made = files.slug(name)
    assert made.strip(".-")
    assert len(made) <= 50
    assert all(c.isascii() and (c.isalnum() or c == "-") for c in made)
    assert made.lower() != "con"


def test_sizes_are_summed_over_all_folders(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a").write_bytes(b"x" * 7)
    (tmp_path / "deep" / "b").write_bytes(b"x" * 11)
    (tmp_path / "deep" / "er" / "c").write_bytes(b"x" * 13)
    assert files.folder_bytes(tmp_path) == 31
    assert files.size_bytes(tmp_path / "deep" / "b") == 11
    assert files.size_bytes(tmp_path / "gone") == 0


def test_nothing_is_swept_where_there_is_no_folder(tmp_path):
    assert files.sweep_temporary(tmp_path / "gone") == 0


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "disk is full"), (errno.EACCES, "not writable"), (errno.EROFS, "not writable"),
                       (errno.EPERM, "not writable"), (errno.EIO, "could not be saved")],
)  # fmt: skip
def test_the_reason_is_that_of_the_system(tmp_path, code, said):
    error = files.storage_failed(tmp_path / "a.txt", OSError(code, "what the system says"))
    assert said in str(error)
    assert "a.txt" in str(error)
    assert ("what the system says" in str(error)) is (code == errno.EIO)


@pytest.mark.parametrize(
    ("name", "made"),
    [("My Pets (2)", "my-pets-2"), ("été", "ete"), ("CON", "x-con"), ("com1", "x-com1"), ("com10", "com10"),
     ("🐦", "x"),
     ("a" * 60, "a" * 48), ("a" * 47 + "-b", "a" * 47)],
)  # fmt: skip
def test_what_is_left_of_a_name(name, made):
    assert files.slug(name) == made


def test_a_written_file_holds_what_was_given_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "new" / "a.json"
    files.write_json(path, {"b": [1, 2], "a": "é"})
    assert path.read_text() == json.dumps({"b": [1, 2], "a": "é"}, indent=2)
    files.write_bytes(path, b"\x00\x01")
    assert path.read_bytes() == b"\x00\x01"
    files.write_text(path, "é")
    assert path.read_bytes() == "é".encode()
    assert [one.name for one in path.parent.iterdir()] == ["a.json"]


LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 1000))
from core.files import allow_many_handles
allow_many_handles(700)
print(resource.getrlimit(resource.RLIMIT_NOFILE))
allow_many_handles()
print(resource.getrlimit(resource.RLIMIT_NOFILE))
allow_many_handles(10)
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_the_limit_of_open_files_is_raised_as_far_as_allowed_and_never_lowered():
    done = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split("\n")[:3] == ["(700, 1000)", "(1000, 1000)", "(1000, 1000)"]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux lists them")
def test_no_file_stays_open_when_it_is_written(tmp_path):
    def opened():
        return len(os.listdir("/proc/self/fd"))

    before = opened()
    for number in range(3):
        files.write_text(tmp_path / f"{number}.txt", "x")
        with files.new_folder(tmp_path / f"folder {number}") as made:
            (made / "one").write_text("1")
        files.let_go(files.hold_folder(tmp_path))
        (tmp_path / ".tmp-old").write_text("x")
        os.utime(tmp_path / ".tmp-old", (1, 1))
        assert files.sweep_abandoned(tmp_path) == 1
    assert opened() == before


def test_a_file_just_used_is_the_newest_by_a_millisecond_whatever_the_clock_says(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        path.write_text("x")
    later = time.time_ns() + 10**15
    os.utime(second, ns=(later, later))
    files.make_newest(first, [first, second])
    assert first.stat().st_mtime_ns == later + 1_000_000
    os.utime(second, (5, 5))
    os.utime(first, (3, 3))
    files.make_newest(first, [first, second])
    assert first.stat().st_mtime > 1e9, "now, where nothing is newer"
    files.make_newest(tmp_path / "gone", [second])
    assert second.stat().st_mtime == 5


def test_a_folder_that_is_there_is_not_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").write_text("x")
    with pytest.raises(StorageFailed, match="could not be saved"), files.new_folder(tmp_path / "there") as made:
        (made / "other").write_text("y")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_only_what_is_asked_to_makes_a_folder(tmp_path):
    with pytest.raises(StorageFailed, match="was deleted or moved"):
        files.write_text(tmp_path / "gone" / "a.txt", "x", make_folder=False)
    assert not (tmp_path / "gone").exists()
    files.write_text(tmp_path / "a.txt", "x", make_folder=False)
    files.write_bytes(tmp_path / "new" / "a.txt", b"x")
    assert (tmp_path / "new" / "a.txt").read_text() == "x"


def test_a_name_tells_which_file_it_is(tmp_path):
    (tmp_path / "a").write_text("x")
    os.link(tmp_path / "a", tmp_path / "same")
    (tmp_path / "b").write_text("x")
    found = [files.identity(tmp_path / name) for name in ("a", "same", "b", "gone", "no\0name")]
    status = (tmp_path / "a").stat()
    assert found[0] == found[1] == (status.st_dev, status.st_ino) != found[2]
    assert found[3:] == [None, None]


def test_a_home_folder_is_found_and_one_of_nobody_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files.own_path("~/images") == tmp_path / "images"
    with pytest.raises(InvalidInput, match="no home folder for '~nobody-at-all/x'"):
        files.own_path("~nobody-at-all/x")
