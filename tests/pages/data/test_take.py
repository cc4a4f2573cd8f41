"""Uploads that are taken in: in groups, each once, and what is said of those that were refused."""

import pytest

from core.data.collection import create, list_collections
from core.errors import StorageFailed
from pages.ui.data import take
from pages.ui.data.take import Given, Outcome
from pages.ui.session import state
from tests.pages.data.helpers import png


@pytest.fixture
def taken(monkeypatch, own_workspace):
    """What is written, by group; and that the page is drawn anew."""
    found = []
    monkeypatch.setattr(take.st, "session_state", {})
    monkeypatch.setattr(take.st, "rerun", lambda: found.append("again"))
    monkeypatch.setattr(take.st, "warning", lambda text, **_: found.append(text))
    real = take.collection.add_images
    monkeypatch.setattr(
        take.collection, "add_images",
        lambda folder, name, files: found.append((name, [file for file, _ in files])) or real(folder, name, files),
    )  # fmt: skip
    return found


def given(*numbers):
    return [Given(f"{number}.png", f"id{number}", lambda number=number: png(9 * number)) for number in numbers]


def test_eight_files_are_written_at_a_time_and_none_twice(taken, own_workspace):
    folder = create(own_workspace, "Pets")
    take.take(given(*range(9)), "cat", folder, "Pets")
    names = [f"{number}.png" for number in range(9)]
    assert taken == [("cat", names[:8]), ("cat", names[8:]), "again"]
    assert state.recall("data:outcome", None) == Outcome("cat", 9)
    assert (state.recall("data:uploads", 0), state.recall("data:class", None)) == (1, "cat")
    assert state.draft().source == str(folder)
    taken.clear()
    take.take(given(8, 9), "cat", folder, "Pets")
    assert taken == [("cat", ["9.png"]), "again"]
    assert state.recall("data:uploads", 0) == 2


def test_nothing_is_done_without_files_and_files_wait_for_a_name(taken):
    take.take([], "cat", None, "Pets")
    take.take(given(1), "", None, "Pets")
    assert taken == ["Name the class above; the images wait here until then."]
    assert state.recall("data:uploads", 0) == 0


def test_the_first_image_makes_the_collection_and_opens_it(taken, own_workspace):
    broken = [Given("a.png", "a", lambda: b"no image")]
    take.take(broken, "cat", None, "Cups")
    assert list_collections(own_workspace) == ()
    outcome = state.recall("data:outcome", None)
    assert (outcome.added, [one.name for one in outcome.refused], outcome.error) == (0, ["a.png"], None)
    take.take([*given(1), Given("b.png", "b", lambda: b"no image")], "cat", None, "Cups")
    (made,) = list_collections(own_workspace)
    assert (made.name, state.collection()) == ("Cups", made.folder)
    outcome = state.recall("data:outcome", None)
    assert (outcome.added, [one.name for one in outcome.refused]) == (1, ["b.png"])
    assert take.classes(made.folder) == ["cat"]
    assert take.classes(None) == []


def test_a_failure_ends_it_and_keeps_what_was_told_before(taken, own_workspace, monkeypatch):
    folder = create(own_workspace, "Pets")
    real, calls = take.collection.add_images, []

    def fail_later(*given):
        calls.append(given)
        if len(calls) == 2:
            raise StorageFailed("The disk is full.")
        return real(*given)

    monkeypatch.setattr(take.collection, "add_images", fail_later)
    take.take(given(*range(20)), "cat", folder, "Pets")
    assert len(calls) == 2, "the third group is not begun"
    assert state.recall("data:outcome", None) == Outcome("cat", 8, (), "The disk is full.")
    assert taken[-1] == "again"


def test_files_are_refused_together_only_where_none_of_them_is_an_image():
    bad, good = ("b.png", b"no image"), ("g.png", png(1))
    assert [one.name for one in take._unreadable([bad, ("c\n.png", b"")])] == ["b.png", "c\\x0a.png"]
    assert take._unreadable([bad, good]) == take._unreadable([good, bad]) == take._unreadable([]) == []
