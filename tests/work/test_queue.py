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
from core.work.queue import AnalysisQueue
from tests.waiting import until

STEP = Progress(what="counting", done=1, total=2)


@pytest.fixture
def analyses():
    made = AnalysisQueue()
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


def over(analyses, key):
    until(lambda: analyses.analysis(key).over)
    return analyses.analysis(key)


def test_an_analysis_waits_says_how_far_it_is_and_gives_its_result(analyses):
    assert analyses.analysis("first") is None
    analyses.analyse("first", endless)
    until(lambda: analyses.analysis("first").progress == STEP)
    assert not analyses.analysis("first").over
    waiting = analyses.analyse("second", quick())
    assert waiting.progress.what == "waiting for its turn"
    assert analyses.analysis("second").result is None
    analyses.cancel("first")
    assert analyses.analysis("first") is None
    assert over(analyses, "second").result == "found"


def test_memory_is_given_back_when_no_analysis_is_left(analyses, monkeypatch):
    given = []
    monkeypatch.setattr(module, "give_back", lambda: given.append(analyses.analysis("one").result))
    analyses.analyse("one", quick())
    until(lambda: given)
    assert given == ["found"]


def test_the_same_key_is_the_same_analysis_and_is_computed_once(analyses):
    made = []

    def work(control):
        made.append(threading.current_thread().name)
        yield STEP
        return len(made)

    analyses.analyse("key", work)
    assert over(analyses, "key").result == 1
    assert analyses.analyse("key", work).result == 1
    assert made == ["analyses"]
    analyses.analyse("other", work)
    assert over(analyses, "other").result == 2


@pytest.mark.parametrize(
    ("error", "said"), [(UnusableDataset("No images."), "No images."), (KeyError("x"), "unexpected way: KeyError")]
)
def test_an_error_is_kept_the_lane_goes_on_and_it_can_be_tried_again(analyses, error, said):
    def fails(control):
        yield STEP
        raise error

    analyses.analyse("key", fails)
    failed = over(analyses, "key")
    assert said in failed.error
    assert failed.result is None
    analyses.analyse("key", quick())
    assert over(analyses, "key").result == "found"
    assert analyses.analysis("key").error is None


def test_a_cancelled_analysis_is_forgotten_whether_it_waits_or_runs(analyses):
    analyses.analyse("runs", endless)
    analyses.analyse("waits", quick())
    analyses.cancel("waits")
    analyses.cancel("runs")
    analyses.cancel("never begun")
    assert analyses.analysis("waits") is None
    analyses.analyse("runs", quick("new"))  # while the old one is still on its way out
    assert over(analyses, "runs").result == "new"


def test_a_cancelled_analysis_is_closed_before_the_next_one_begins(analyses):
    ended = []

    def work(control):
        try:
            while True:
                yield STEP
        finally:
            ended.append("first")

    kept = [work(None)]  # not left to the garbage collector
    analyses.analyse("first", lambda control: kept[0])
    until(lambda: analyses.analysis("first").progress == STEP)
    analyses.analyse("second", lambda control: ended.append("second") or quick()(control))
    analyses.cancel("first")
    assert over(analyses, "second").result == "found"
    assert ended == ["first", "second"]


def test_results_and_waiting_analyses_are_bounded(analyses, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 3)
    for number in range(5):
        analyses.analyse(number, quick(str(number)))
        over(analyses, number)
    assert [analyses.analysis(n) and analyses.analysis(n).result for n in range(5)] == [None, None, "2", "3", "4"]
    analyses.analyse("endless", endless)
    until(lambda: analyses.analysis("endless").progress == STEP)
    for number in range(3):
        analyses.analyse(f"waits {number}", quick())
    with pytest.raises(QueueFull, match="3 analyses"):
        analyses.analyse("too much", quick())
    assert analyses.analysis("endless") is not None, "what is at work is never dropped"


def test_no_result_goes_before_the_last_place_is_taken(analyses):
    for number in range(module.KEPT):
        analyses.analyse(number, quick(str(number)))
        over(analyses, number)
    assert [analyses.analysis(n).result for n in range(module.KEPT)] == [str(n) for n in range(module.KEPT)]
    analyses.analyse("one more", quick())
    over(analyses, "one more")
    assert [n for n in range(module.KEPT) if analyses.analysis(n) is None] == [0]


def test_an_analysis_that_is_tried_again_is_the_newest(analyses, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)

    def fails(control):
        yield STEP
        raise UnusableDataset("No images.")

    analyses.analyse("again", fails)
    over(analyses, "again")
    analyses.analyse("other", quick())
    over(analyses, "other")
    analyses.analyse("again", quick("found"))
    over(analyses, "again")
    analyses.analyse("last", quick())
    over(analyses, "last")
    assert analyses.analysis("other") is None
    assert analyses.analysis("again").result == "found"


def test_an_analysis_ends_while_a_training_goes_on_and_another_waits(tmp_path, experiment):
    manager = JobManager(Workspace(tmp_path / "workspace"))
    long = experiment.changed(phases=(Phase(stages=("head",), epochs=900),))
    first, second = manager.submit(long), manager.submit(long.changed(seed=1))
    until(lambda: manager.workspace.store.run(first).status is Status.RUNNING)
    manager.analyses.analyse("key", quick())
    assert over(manager.analyses, "key").result == "found"
    assert manager.workspace.store.run(first).status is Status.RUNNING
    assert manager.queue() == [second]
    manager.analyses.analyse("endless", endless)
    until(lambda: manager.analyses.analysis("endless").progress == STEP)
    manager.shutdown(30)
    assert "analyses" not in {thread.name for thread in threading.enumerate()}
    manager.analyses.analyse("late", quick())
    assert "analyses" not in {thread.name for thread in threading.enumerate()}, "nothing begins while the process ends"


def test_what_waits_comes_in_its_order(analyses):
    came = []

    def named(name):
        def work(control):
            came.append(name)
            yield STEP
            return name

        return work

    analyses.analyse("first", endless)
    for name in ("second", "third", "fourth"):
        analyses.analyse(name, named(name))
    analyses.cancel("first")
    for name in ("second", "third", "fourth"):
        over(analyses, name)
    assert came == ["second", "third", "fourth"]


def test_after_the_end_nothing_waits_for_a_thread_that_never_comes(analyses):
    analyses.analyse("at work", endless)
    analyses.analyse("waits", quick())
    until(lambda: analyses.analysis("at work").progress == STEP)
    thread = analyses.close()
    late = analyses.analyse("late", quick())
    assert (late.over, late.result, late.error) == (True, None, module.CLOSED)
    assert [analyses.analysis(key) for key in ("at work", "waits", "late")] == [None] * 3
    thread.join(10)
    assert not thread.is_alive()
    assert analyses.close() is None, "it may be closed again"


@pytest.mark.parametrize("attempt", range(5))
def test_it_can_be_closed_while_others_begin_analyses(attempt, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 10_000)
    analyses, failed = AnalysisQueue(), []

    def begin(name):
        try:
            for number in range(10_000):
                if analyses.analyse((name, number), endless).error == module.CLOSED:
                    return
            failed.append(f"{name} was never told of the end")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=begin, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(analyses._tasks) > 20 * (attempt + 1))
    left = analyses.close()
    for thread in [*threads, left]:
        thread.join(10)
        assert not thread.is_alive()
    assert not failed
    assert (len(analyses._tasks), len(analyses._waiting)) == (0, 0)
