"""A machine, a moment and an engine that are the same everywhere, and pages opened on them."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.records import Run
from core.runs.status import Status
from core.training import device
from core.work.queue import Analysis, Progress
from pages.ui.backbone import catalogue, weights
from pages.ui.runs import listing, live, words
from pages.ui.session import engine, warmup
from pages.ui.session.state import Draft
from pages.ui.widgets import progress
from tests.pages.shown.described import described, keep_messages, same_everywhere, shortened
from tests.recorded import Recorded
from tests.uneven import recorded

ROOT = Path(__file__).resolve().parents[3]
NOW = 1e9 + 200_000  # two days and some hours after the runs of `tests.uneven`
WAITS = Analysis(Progress(what="looking at views", done=3, total=8))
FAILED = Analysis(WAITS.progress, error="The disk [is](x) full.")


def answer(result: object) -> Analysis:
    """An analysis that is over."""
    return Analysis(WAITS.progress, result=result)


class Analyses:
    """Answers by the first part of their keys, as they were prepared: nothing is computed."""

    def __init__(self) -> None:
        self.known: dict[object, Analysis] = {}
        self.asked: list[object] = []
        self.cancelled: list[object] = []

    def analysis(self, key: Any) -> Analysis | None:
        """What is known of a question; several of one kind are told apart by their number of parts."""
        return self.known.get((key[0], len(key)), self.known.get(key[0]))

    def analyse(self, key: Any, work: object) -> Analysis:
        """Notes that it was asked; from then on it is at work."""
        self.asked.append(key)
        if self.analysis(key) is None:
            self.known[key[0]] = WAITS
        return self.known[key[0]]

    def cancel(self, key: object) -> None:
        """Notes that it was cancelled."""
        self.cancelled.append(key)


class Manager:
    """A job manager that trains nothing and notes what it is asked."""

    def __init__(self) -> None:
        self.analyses, self.mine, self.asked = Analyses(), True, []

    def live(self) -> list[Run]:
        """The live runs, the oldest first."""
        return engine.workspace().store.live()

    def queue(self) -> list[str]:
        """Those of them that wait."""
        return [run.id for run in self.live() if run.status is Status.QUEUED]

    def owns(self, run_id: str) -> bool:
        """Whether this process trains it."""
        return self.mine

    def __getattr__(self, name: str) -> Callable[..., str]:
        def ask(*given: object) -> str:
            self.asked.append((name, *(one for one in given if not callable(one))))  # but for who shows how far it is
            return "new"

        return ask


class World:
    """Pages, runs and images of one test."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, divided: Path) -> None:
        self.tmp, self.patch, self.divided, self.manager = tmp_path, monkeypatch, divided, Manager()
        self._locks: list[Any] = []

    def open(self, page: str, *runs: str, draft: Draft | None = None, **kept: object) -> AppTest:
        """The whole app on `page`; `kept` is what the session remembers."""
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        at.session_state["graft:tab"] = "0" * 16
        at.session_state["graft:draft"] = draft or Draft()
        for name, value in kept.items():
            at.session_state[f"graft:{name}"] = value
        at.switch_page(f"pages/{page}.py")
        if runs:
            at.query_params["run"] = list(runs) if len(runs) > 1 else runs[0]
        return at.run()

    def runs(self) -> tuple[Run, ...]:
        """alder, birch and cedar: the oldest first, all completed."""
        return recorded(engine.workspace(), self.divided)

    def add(self, run: Run, **parts: Any) -> Run:
        """Another run in the store, like `run` but for `parts`; a live one is held by its trainer."""
        new = replace(run, **parts)
        if new.status.live:
            lock = engine.workspace().lock(new.id)
            lock.acquire()
            self._locks.append(lock)
        store = engine.workspace().store
        store.add(new)
        if new.results or new.progress.get("epochs_done"):
            store.record(new.id, steps=store.steps(run.id), epochs=store.epochs(run.id), phases=store.phases(run.id))
        if not engine.workspace().folder(new.id).exists():
            shutil.copytree(engine.workspace().folder(run.id), engine.workspace().folder(new.id))
        return new

    def check(self, recorded: Recorded, name: str, at: AppTest, whole: Sequence[str], *, sidebar: bool = False) -> None:
        """Fails where the page differs from what is recorded. `whole`: states whose lines the others do not repeat."""
        text = described(at, self._places, sidebar=sidebar)
        before = list(whole[: whole.index(name)] if name in whole else whole)
        recorded.check(name, shortened(text, {one: recorded.known(one) for one in before}))

    def same_everywhere(self, line: str) -> str:
        """The line without what differs by machine."""
        return same_everywhere(line, self._places)

    @property
    def _places(self) -> dict[Path, str]:
        root = engine.workspace().root
        return {self.tmp: "TMP", root: "WORKSPACE", self.divided.parent: "DIVIDED", ROOT: "GRAFT"}

    def close(self) -> None:
        """Let the runs go."""
        for lock in self._locks:
            lock.release()


@pytest.fixture
def world(tmp_path, monkeypatch, divided):
    keep_messages(monkeypatch)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(words, "time", SimpleNamespace(time=lambda: NOW))
    monkeypatch.setattr(listing, "disk_bytes", lambda folder: 1_000_000 + 7_654_321 * (sum(folder.name.encode()) % 9))
    monkeypatch.setattr(device, "available_devices", lambda: ("cpu",))
    monkeypatch.setattr(device, "device_title", lambda one: f"The processor ({one})")
    monkeypatch.setattr(device, "memory_of", lambda one: None)
    monkeypatch.setattr(device, "precisions", lambda one: ("auto", "fp32", "bf16"))
    monkeypatch.setattr(warmup, "start", lambda: SimpleNamespace(error=None))
    monkeypatch.setattr(warmup, "ready", lambda: True)
    monkeypatch.setattr(warmup, "wait", lambda purpose: None)
    monkeypatch.setattr(engine, "start_workers", lambda: None)
    monkeypatch.setattr(progress, "SHOWN_AFTER_S", 1e9)  # no bar, however slow the machine is
    for module in (catalogue, weights, live):
        monkeypatch.setattr(module, "is_local", lambda entry: entry.library == "bundled")
    made = World(tmp_path, monkeypatch, divided)
    monkeypatch.setattr(engine, "manager", lambda: made.manager)
    yield made
    made.close()
    monkeypatch.undo()
    time.tzset()


def page_tests(
    recorded: Recorded,
    states: Mapping[str, Callable[["World"], AppTest]],
    *,
    whole: Sequence[str],
    more: Sequence[str] = (),
) -> tuple[Callable[..., None], Callable[[], None]]:
    """The tests of a page: each state shows what is recorded, and nothing else is recorded.

    Those of `whole` come first and in full; the others repeat none of their lines. The sidebar of `whole` and `more` is
    recorded, too.
    """
    ordered = {name: states[name] for name in (*whole, *states)}

    @pytest.mark.parametrize("name", ordered)
    def shows(name, world):
        world.check(recorded, name, ordered[name](world), whole, sidebar=name in (*whole, *more))

    def is_all():
        recorded.check_all_are_used(ordered)

    return shows, is_all
