"""Folders of many images are not listed again while nothing in them has changed."""

import os

import pytest

from pages.ui.session import engine
from tests.conftest import make_images


@pytest.fixture
def walks(monkeypatch):
    """The folders that were listed, since this was cleared."""
    found, real = [], os.walk
    monkeypatch.setattr(engine.os, "walk", lambda path: found.append(str(path)) or real(path))
    return found


def test_a_folder_is_listed_again_only_when_something_in_it_has_changed(tmp_path, walks):
    root = make_images(tmp_path / "set", per_class=2)
    source = str(root)
    first = engine._stamp(source)
    assert engine._stamp(source) == first
    assert walks == [source]
    (root / "warm" / "more.png").write_bytes((root / "warm" / "00.png").read_bytes())
    os.utime(root / "warm", ns=(first + 5, first + 5))
    assert engine._stamp(source) == first + 5
    assert engine._stamp(source) == first + 5
    assert walks == [source] * 2
    (root / "warm" / "deeper").mkdir()
    os.utime(root / "warm" / "deeper", ns=(first + 9, first + 9))
    os.utime(root / "warm", ns=(first + 7, first + 7))
    assert engine._stamp(source) == first + 9


def test_a_folder_that_is_gone_is_looked_for_again(tmp_path, walks):
    root = make_images(tmp_path / "set", per_class=1)
    away = root.with_name("away")
    stamp = engine._stamp(str(root))
    root.rename(away)
    assert engine._stamp(str(root)) == 0
    assert engine._stamp(str(root)) == 0
    away.rename(root)
    assert engine._stamp(str(root)) == stamp


def test_a_report_is_made_once_and_again_after_reading_again(tmp_path, monkeypatch):
    made, real = [], engine.describe
    monkeypatch.setattr(engine, "describe", lambda *given: made.append(1) or real(*given))
    source = str(make_images(tmp_path / "set", per_class=4))
    split = engine.state.draft().split
    assert engine.report(source, split).classes == {"cold": 4, "warm": 4}
    assert engine.report(source, split) is engine.report(source, split)
    assert len(made) == 1
    engine.read_again()
    assert engine.report(source, split).classes == {"cold": 4, "warm": 4}
    assert len(made) == 2
