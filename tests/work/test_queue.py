"""Short analyses: one thread of their own, results by key, and nothing left behind at the end."""

import threading
import time

import pytest

from core.errors import QueueFull, UnusableDataset
from core.experiment import Phase
from core.jobs import JobManager
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.work import queue as module
from core.work.control import Signal
from core.work.progress import Progress
from core.work.queue import Lane

STEP = Progress(what="counting", done=1, total=2)


@pytest.fixture
def lane():
    made = Lane()
    yield made
    if thread := made.close():
        thread.join(10)
        assert not thread.is_alive()


def quick(result="found"):
    def work(control):
        yield STEP
        return result

    return work


def endless(control):
    while control.at_batch() is Signal.GO:
        yield STEP
        time.sleep(0.01)


def until(condition, timeout_s=30.0):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def over(lane, key):
    until(lambda: lane.analysis(key).over)
    return lane.analysis(key)


def test_an_analysis_waits_says_how_far_it_is_and_gives_its_result(lane):
    assert lane.analysis("first") is None
    lane.analyse("first", endless)
    until(lambda: lane.analysis("first").progress == STEP)
    assert not lane.analysis("first").over
    waiting = lane.analyse("second", quick())
    assert waiting.progress.what == "waiting for its turn"
    assert lane.analysis("second").result is None
    lane.cancel("first")
    assert lane.analysis("first") is None
    assert over(lane, "second").result == "found"


def test_memory_is_given_back_when_no_analysis_is_left(lane, monkeypatch):
    given = []
    monkeypatch.setattr(module, "give_back", lambda: given.append(lane.analysis("one").result))
    lane.analyse("one", quick())
    until(lambda: given)
    assert given == ["found"]


def test_the_same_key_is_the_same_analysis_and_is_computed_once(lane):
    made = []

    def work(control):
        made.append(threading.current_thread().name)
        yield STEP
        return len(made)

    lane.analyse("key", work)
    assert over(lane, "key").result == 1
    assert lane.analyse("key", work).result == 1
    assert made == ["analyses"]
    lane.analyse("other", work)
    assert over(lane, "other").result == 2


@pytest.mark.parametrize(
    ("error", "said"), [(UnusableDataset("No images."), "No images."), (KeyError("x"), "unexpected way: KeyError")]
)
def test_an_error_is_kept_the_lane_goes_on_and_it_can_be_tried_again(lane, error, said):
    def fails(control):
        yield STEP
        raise error

    lane.analyse("key", fails)
    failed = over(lane, "key")
    assert said in failed.error
    assert failed.result is None
    lane.analyse("key", quick())
    assert over(lane, "key").result == "found"
    assert lane.analysis("key").error is None


def test_a_cancelled_analysis_is_forgotten_whether_it_waits_or_runs(lane):
    lane.analyse("runs", endless)
    lane.analyse("waits", quick())
    lane.cancel("waits")
    lane.cancel("runs")
    lane.cancel("never begun")
    assert lane.analysis("waits") is None
    lane.analyse("runs", quick("new"))  # while the old one is still on its way out
    assert over(lane, "runs").result == "new"


def test_results_and_waiting_analyses_are_bounded(lane, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 3)
    for number in range(5):
        lane.analyse(number, quick(str(number)))
        over(lane, number)
    assert [lane.analysis(n) and lane.analysis(n).result for n in range(5)] == [None, None, "2", "3", "4"]
    lane.analyse("endless", endless)
    until(lambda: lane.analysis("endless").progress == STEP)
    for number in range(3):
        lane.analyse(f"waits {number}", quick())
    with pytest.raises(QueueFull, match="3 analyses"):
        lane.analyse("too much", quick())
    assert lane.analysis("endless") is not None, "what is at work is never dropped"


def test_an_analysis_that_is_tried_again_is_the_newest(lane, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)

    def fails(control):
        yield STEP
        raise UnusableDataset("No images.")

    lane.analyse("again", fails)
    over(lane, "again")
    lane.analyse("other", quick())
    over(lane, "other")
    lane.analyse("again", quick("found"))
    over(lane, "again")
    lane.analyse("last", quick())
    over(lane, "last")
    assert lane.analysis("other") is None
    assert lane.analysis("again").result == "found"


def test_an_analysis_ends_while_a_training_goes_on_and_another_waits(tmp_path, experiment):
    manager = JobManager(Workspace(tmp_path / "workspace"))
    long = experiment.changed(phases=(Phase(stages=("head",), epochs=900),))
    first, second = manager.submit(long), manager.submit(long.changed(seed=1))
    until(lambda: manager.workspace.store.run(first).status is Status.RUNNING)
    manager.lane.analyse("key", quick())
    assert over(manager.lane, "key").result == "found"
    assert manager.workspace.store.run(first).status is Status.RUNNING
    assert manager.queue() == [second]
    manager.lane.analyse("endless", endless)
    until(lambda: manager.lane.analysis("endless").progress == STEP)
    manager.shutdown(30)
    assert "analyses" not in {thread.name for thread in threading.enumerate()}
    manager.lane.analyse("late", quick())
    assert "analyses" not in {thread.name for thread in threading.enumerate()}, "nothing begins while the process ends"


def test_what_waits_comes_in_its_order(lane):
    came = []

    def named(name):
        def work(control):
            came.append(name)
            yield STEP
            return name

        return work

    lane.analyse("first", endless)
    for name in ("second", "third", "fourth"):
        lane.analyse(name, named(name))
    lane.cancel("first")
    for name in ("second", "third", "fourth"):
        over(lane, name)
    assert came == ["second", "third", "fourth"]
