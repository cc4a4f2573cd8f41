import errno
import json
import os

import pytest

from core import files
from core.errors import StorageFailed


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
