import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import files
from core.errors import StorageFailed

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
    with pytest.raises(StorageFailed, match="disk is full"):
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
