"""Recorded texts: what is compared, and how they are written."""

import pytest

from tests import recorded
from tests.recorded import Recorded


def written(folder, monkeypatch, texts):
    monkeypatch.setattr(recorded, "RECORDING", True)
    file = Recorded(folder / "said.txt")
    for name, text in texts.items():
        file.check(name, text)
    file.check_all_are_used([])
    monkeypatch.setattr(recorded, "RECORDING", False)
    return folder / "said.txt"


def test_what_was_recorded_is_the_same_to_the_letter(tmp_path, monkeypatch):
    texts = {"b": "one\n\ntwo ", "a": "", "[c] = 3": "\nlast\n"}
    file = written(tmp_path, monkeypatch, texts)
    kept = Recorded(file)
    for name in ("a", "[c] = 3", "b"):
        kept.check(name, texts[name])
    kept.check_all_are_used(["b", "a", "[c] = 3"])
    assert [kept.known(name) for name in ("b", "nothing")] == ["one\n\ntwo ", ""]
    for name, text in (("b", "one\n\ntwo"), ("a", "\n"), ("d", ""), ("[c] = 3", "last\n")):
        with pytest.raises(AssertionError):
            Recorded(file).check(name, text)
    with pytest.raises(AssertionError):
        kept.check("a", "")
    with pytest.raises(AssertionError):
        kept.check_all_are_used(["b", "a"])


def test_what_could_not_be_read_again_is_not_recorded(tmp_path, monkeypatch):
    with pytest.raises(AssertionError):
        written(tmp_path, monkeypatch, {"a": "x\n=== b"})
