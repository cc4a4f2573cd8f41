"""The one bounded cache: values made once, a limit by number or bytes, and the last used stay."""

import threading

import pytest

from core.bounded import BoundedCache
from tests.waiting import until


def test_a_result_is_made_once_and_the_oldest_goes_first():
    kept, made = BoundedCache(2), []

    def get(key: str) -> str:
        return kept.get_or_make(key, lambda: made.append(key) or key.upper())

    assert [get(key) for key in "aabac"] == ["A", "A", "B", "A", "C"]
    assert made == ["a", "b", "c"]
    assert (get("a"), get("b")) == ("A", "B")
    assert made == ["a", "b", "c", "b"]
    kept.clear()
    assert (get("a"), made[-1]) == ("A", "a")


def test_a_failure_is_not_kept():
    kept = BoundedCache(2)
    with pytest.raises(ValueError, match="no"):
        kept.get_or_make("a", lambda: (_ for _ in ()).throw(ValueError("no")))
    again = threading.Thread(target=lambda: kept.get_or_make("a", lambda: 1), daemon=True)
    again.start()
    until(lambda: kept.get("a") == 1)


def test_nothing_is_a_result_too():
    kept, made = BoundedCache(2), []
    for _ in range(2):
        assert kept.get_or_make("a", lambda: made.append(1)) is None
    assert made == [1]


def test_two_who_ask_at_once_wait_for_one_making():
    kept, made, begun, go_on = BoundedCache(2), [], threading.Event(), threading.Event()

    def make() -> int:
        begun.set()
        go_on.wait(5)
        made.append(1)
        return len(made)

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get_or_make("a", make))) for _ in range(2)]
    threads[0].start()
    begun.wait(5)
    threads[1].start()
    until(lambda: kept._changed._waiters)
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert found == [1, 1]
    assert kept.get_or_make("a", make) == 1


def test_the_limit_is_one_of_bytes_and_what_goes_is_told():
    gone = []
    kept = BoundedCache(10, len, lambda key, value: gone.append((key, value)))
    for key, value in (("a", b"1234"), ("b", b"123"), ("c", b"12")):
        kept.put(key, value)
    assert (kept.used, len(kept), gone) == (9, 3, [])
    assert kept.get("a") == b"1234"  # so the second is the longest unused
    kept.put("d", b"1234567")
    assert gone == [("b", b"123"), ("c", b"12"), ("a", b"1234")]
    assert (kept.used, kept.get("d"), kept.get("b")) == (7, b"1234567", None)
    kept.put("e", b"12345678901")
    assert gone[-1] == ("e", b"12345678901"), "it alone is larger than the limit"
    assert (kept.get("e"), kept.get("d")) == (None, b"1234567")
    kept.put("d", b"1")
    kept.put("d", b"12345678901")
    assert (kept.used, kept.get("d")) == (0, None), "the value before it is not the one that was put"
    kept.put("f", b"1")
    count = len(gone)
    kept.clear()
    assert (kept.used, len(kept), len(gone)) == (0, 0, count)


def test_what_was_begun_before_everything_was_forgotten_is_not_kept():
    kept, begun, go_on, found = BoundedCache(3), threading.Event(), threading.Event(), []

    def stale() -> str:
        begun.set()
        go_on.wait(30)
        return "stale"

    thread = threading.Thread(target=lambda: found.append(kept.get_or_make("a", stale)))
    thread.start()
    begun.wait(30)
    assert kept.get("a") is None, "asking never waits"
    assert kept.get_or_make("b", lambda: "other") == "other", "other keys do not wait"
    kept.clear()
    assert kept.get_or_make("a", lambda: "fresh") == "fresh", "nobody waits for what is of before"
    go_on.set()
    thread.join(30)
    assert found == ["stale"]
    assert kept.get("a") == "fresh"


def test_many_threads_stay_within_the_limit():
    kept, over = BoundedCache(7, abs), []

    def work(seed: int) -> None:
        for n in range(300):
            key = (n * seed) % 11
            assert kept.get_or_make(key, lambda key=key: key % 4 + 1) == key % 4 + 1
            over.append(kept.used > 7)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 3, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(over) == 900
    assert not any(over)
