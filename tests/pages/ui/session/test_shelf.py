"""Results that are made once."""

import threading

import pytest

from pages.ui.session.shelf import Shelf


def test_a_result_is_made_once_and_the_oldest_goes_first():
    shelf, made = Shelf(2), []

    def get(key: str) -> str:
        return shelf.get(key, lambda: made.append(key) or key.upper())

    assert [get(key) for key in "aabac"] == ["A", "A", "B", "A", "C"]
    assert made == ["a", "b", "c"]
    assert (get("a"), get("b")) == ("A", "B")
    assert made == ["a", "b", "c", "b"]
    shelf.clear()
    assert (get("a"), made[-1]) == ("A", "a")


def test_a_failure_is_not_kept():
    shelf = Shelf(2)
    with pytest.raises(ValueError, match="no"):
        shelf.get("a", lambda: (_ for _ in ()).throw(ValueError("no")))
    assert shelf.get("a", lambda: 1) == 1


def test_nothing_is_a_result_too():
    shelf, made = Shelf(2), []
    for _ in range(2):
        assert shelf.get("a", lambda: made.append(1)) is None
    assert made == [1]


def test_two_who_ask_at_once_wait_for_one_making():
    shelf, made, begun, go_on = Shelf(2), [], threading.Event(), threading.Event()

    def make() -> int:
        begun.set()
        go_on.wait(5)
        made.append(1)
        return len(made)

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(shelf.get("a", make))) for _ in range(2)]
    threads[0].start()
    begun.wait(5)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert found == [1, 1]
