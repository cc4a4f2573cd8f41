"""Folders of many images are not listed again while nothing in them has changed."""

import os
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from core.experiment import AS_FOUND, BackboneSpec, Reading, SplitSpec
from pages.ui.session import engine
from pages.ui.session.state import Draft
from tests.conftest import make_images

FLAT = Reading(layout="folders")


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


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What `load_dataset` is asked for; it gives a data set of its own each time."""
    calls = []

    def load(*given):
        calls.append(given)
        return SimpleNamespace(number=len(calls), source=given[0])

    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setattr(engine, "load_dataset", load)
    monkeypatch.setattr(engine, "make_split", lambda images, spec, progress: (images.number, spec))
    monkeypatch.setattr(engine, "describe", lambda images, split: ("report", images.number, split))
    engine.read_again()
    yield calls
    engine.read_again()


def test_images_are_read_once_for_each_source_and_each_way_of_reading(asked, tmp_path):
    one, other = (str(make_images(tmp_path / name, per_class=1)) for name in ("one", "other"))
    flat = Reading(layout="folders")
    for source, reading, number in ((one, AS_FOUND, 1), (other, AS_FOUND, 2), (one, flat, 3), (one, AS_FOUND, 1)):
        assert engine.dataset(source, reading).number == number
        assert engine.known_dataset(source, reading).number == number
    assert [(source, reading) for source, _, _, reading, _ in asked] == [
        (one, AS_FOUND),
        (other, AS_FOUND),
        (one, flat),
    ]
    assert {workspace for _, workspace, *_ in asked} == {tmp_path / "workspace"}
    assert engine.known_dataset(other, flat) is None
    assert engine.known_dataset(None) is None
    assert len(asked) == 3, "asking for what is known reads nothing"
    (tmp_path / "one" / "new class").mkdir()
    assert engine.known_dataset(one) is None
    assert engine.dataset(one).number == 4
    engine.read_again()
    assert engine.known_dataset(one) is None


def test_images_are_divided_once_for_each_way_of_dividing_and_reading(asked, tmp_path):
    source, flat = str(make_images(tmp_path / "one", per_class=1)), Reading(layout="folders")
    usual, other = SplitSpec(), SplitSpec(seed=4)
    assert engine.known_split(source, usual) is None
    assert engine.known_split(None, usual) is None
    found = [engine.split(source, spec, reading) for spec in (usual, other) for reading in (AS_FOUND, flat)]
    assert found == [(1, usual), (2, usual), (1, other), (2, other)]
    assert engine.known_split(source, other, flat) == (2, other)
    assert engine.report(source, other, flat) == ("report", 2, (2, other))
    assert engine.report(source, usual) == ("report", 1, (1, usual))
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("backbone", "size"),
    [(BackboneSpec(), 224), (BackboneSpec(image_size=96), 96), (BackboneSpec(name="resnet5"), None)],
)
def test_what_is_decoded_to_be_checked_is_kept_for_the_draft_s_image_size(asked, monkeypatch, backbone, size):
    opened = []
    monkeypatch.setattr(engine.state, "draft", lambda: Draft(source="sample:a", backbone=backbone, reading=FLAT))
    monkeypatch.setattr(
        engine, "images", lambda geometry: SimpleNamespace(keep_looked_at=("keep", geometry.image_size))
    )

    @contextmanager
    def bar():
        opened.append("open")
        yield "progress"
        opened.append("closed")

    assert engine.chosen_dataset(bar).number == 1
    assert opened == ["open", "closed"]
    (call,) = asked
    assert (call[0], *call[2:4]) == ("sample:a", "progress", FLAT)
    assert call[4] == (size and ("keep", size)), "a backbone that is not known is said elsewhere"
    monkeypatch.setattr(engine.state, "draft", Draft)
    assert engine.chosen_dataset() is None


def test_images_of_a_folder_are_counted_and_a_missing_one_has_none(tmp_path):
    make_images(tmp_path / "set", per_class=3)
    assert engine.images_in(tmp_path / "set") == 6
    assert engine.images_in(tmp_path / "set" / "cold") == 3
    assert engine.images_in(tmp_path / "not there") == 0


def test_a_sample_does_not_change_and_what_is_no_path_is_said_later():
    assert [engine._stamp(source) for source in ("sample:stamps", "\0", "/not/there", "~nobody/set")] == [0, 0, 0, 0]
