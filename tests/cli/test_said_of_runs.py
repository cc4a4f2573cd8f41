"""What is said of runs and their answers, word for word in `said_of_runs.txt`. Nothing is trained."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.cli import app as app_command
from core.errors import RunConflict, TrainingFailed
from core.evaluation import predict
from core.evaluation.predict import Answer
from core.runs import execute, keep
from core.runs.status import Status
from core.tasks.decision import Decision
from core.tasks.multilabel.scores import scores as label_scores
from core.training import events
from tests.cli.said import Told
from tests.cli.test_commands import QUICK, graft  # noqa: F401 - a fixture
from tests.recorded import Recorded
from tests.uneven import CLASSES, an_epoch

RECORDED = Recorded(Path(__file__).with_name("said_of_runs.txt"))
LINES = (
    "runs",
    "runs --json",
    "runs --workspace ELSEWHERE",
    "runs --workspace ELSEWHERE --json",
    "keep run-1-birch --last",
    "keep run-1-birch --best",
    "keep run-1-birch --last --json",
    "keep run-2-cedar --best --device cuda:3",
    "keep run-3-several --best",
    "keep run-1-birch",
    "keep nothing --last",
    "keep run-4-live --last",
    "resume run-5-broken --device cpu",
    "resume run-5-broken --json",
    "resume run-0-alder",
    "resume nothing",
    "resume",
    "resume ../x",
    "app",
    "app --port 9001 --no-browser --workspace ELSEWHERE",
    "app --port 0",
    "predict run-0-alder IMAGES/a.png IMAGES/b.png",
    "predict run-0-alder IMAGES/a.png IMAGES/b.png --json",
    "predict run-0-alder IMAGES",
    "predict run-0-alder IMAGES --json",
    "predict run-0-alder IMAGES/x.png",
    "predict run-0-alder IMAGES/none.png",
    "predict run-0-alder IMAGES/deep",
    "predict run-0-alder IMAGES/deep --json",
    "predict run-3-several IMAGES",
    "predict run-3-several IMAGES --json",
    "predict UNPACKED IMAGES/c.png",
    "predict run-0-alder IMAGES/a.png --workspace ELSEWHERE",
    "predict nothing IMAGES/a.png",
    "predict run-0-alder",
    "predict",
    *(f"train --data DIVIDED {' '.join(QUICK)} --phase head:3 --name {name}" for name in (
        "completed", "completed --json", "stopped", "interrupted", "interrupted --json", "failed", "failed --json",
        "several", "'[b]\x1b'", "crashed",
    )),
)  # fmt: skip
MANY = ("ant", "[b]ee", "c\x1bat")


@pytest.fixture
def workspace(ledger):
    """The workspace of the ledger, with a run for several labels, one that is live and one that failed."""
    opened, (first, _, last) = ledger
    there = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0], [1, 1, 0]])
    probabilities = np.array([[0.9, 0.2, 0.1], [0.8, 0.4, 0.6], [0.3, 0.3, 0.2], [0.85, 0.1, 0.1], [0.7, 0.35, 0.3]])
    scored = label_scores(there, probabilities, (0.5, 0.375, 0.625), classes=MANY).to_record()
    several = {**first.results, "val": scored, "test": scored, "kept": "last", "kept_epoch": 2, "epochs": 3}
    for more in (
        replace(first, id="run-3-several", name="sev[eral]", classes=MANY, results=several),
        replace(first, id="run-4-live", name="live", status=Status.RUNNING, results={}),
        replace(last, id="run-5-broken", name="broken\x1b", status=Status.FAILED, results={}, message="It broke."),
    ):
        opened.store.add(more)
    epochs = [an_epoch(0, 1.5, best=True), an_epoch(1, 1.25, phase=1), an_epoch(2, 1.125, phase=1)]
    opened.store.record("run-3-several", steps=[], epochs=epochs, phases=[])
    lock = opened.lock("run-4-live")
    with lock:
        yield opened


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Files to be answered: by the first letter of the name, 'x' for a damaged one."""
    folder = tmp_path_factory.mktemp("given") / "IMAGES"
    for name in ("a.png", "b.png", "c.png", "x.png", "deep/.git/a.png", "deep/.hidden/a.png", ".hidden/b.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    for name in ("t.txt", "[u].csv", "deep/empty", "Thumbs.db"):
        (folder / name).write_text("" if name.endswith("empty") else "text")
    return folder


@pytest.fixture
def told(graft, divided, images, workspace, tmp_path, monkeypatch):  # noqa: F811
    (tmp_path / "unpacked").mkdir()
    (tmp_path / "unpacked" / "best.safetensors").touch()
    places = {"DIVIDED": divided, "WORKSPACE": tmp_path / "workspace", "ELSEWHERE": tmp_path / "elsewhere"}
    tell = Told(graft, places | {"IMAGES": images, "UNPACKED": tmp_path / "unpacked", "PYTHON": sys.executable,
                                 "APP": app_command.SCRIPT})  # fmt: skip
    monkeypatch.setenv("COLUMNS", "150")
    _ask_only(tell, workspace, monkeypatch)
    return tell


def _ask_only(tell, workspace, monkeypatch):
    def started(program, command, environment):
        tell.ask("execve", program, *command, environment.get("GRAFT_WORKSPACE"))

    def reopened(opened, run_id, device, on_progress):
        tell.ask("reopen_run", run_id, device)
        if not opened.store.run(run_id).status.resumable:
            raise RunConflict(f"Run {run_id} is over.")
        opened.store.move(run_id, Status.QUEUED)
        return SimpleNamespace(run_id=run_id, lock=opened.lock(run_id))

    def kept(opened, run_id, which, device, on_progress):
        tell.ask("keep_epoch", run_id, which, device)
        if opened.store.run(run_id).status.live:
            raise RunConflict("It is live.")
        return opened.store.run(run_id)

    def looked(opened_store, run):
        tell.ask("look_at_test of", run.status.value, "run")

    monkeypatch.setattr(os, "execve", started)
    monkeypatch.setattr(app_command.sys, "platform", "linux")
    monkeypatch.setattr(execute, "reopen_run", reopened)
    monkeypatch.setattr(execute, "execute", _executed(workspace))
    monkeypatch.setattr(keep, "keep_epoch", kept)
    monkeypatch.setattr(type(workspace.store), "look_at_test", looked)
    monkeypatch.setattr(predict.Predictor, "load", lambda folder: _Known(tell, folder))


class _Known:
    """A model that answers by the first letter of a file's name."""

    def __init__(self, tell, folder):
        tell.ask("model in", folder)
        several = "several" in folder.name
        self.classes = MANY if several else CLASSES
        self.decision = Decision(self.classes, (0.34, 0.3, 0.5) if several else None)

    def answers(self, given):
        for one in given:
            letter = one.name.rsplit("/", 1)[-1][0]
            reason = one.reason or ("Is [damaged]." if letter == "x" else "Is gone." if letter == "n" else "")
            shares = {"a": (0.72, 0.2, 0.08), "b": (0.34, 0.4515, 0.2085)}.get(letter, (0.1, 0.2, 0.3))
            notes = {"a": ("Is [dim].", "Is small."), "c": ("Is small.",)}.get(letter, ())
            yield Answer(one, None if reason else np.array(shares), reason=reason, notes=notes)


def _executed(workspace):
    """Instead of a training: its events, and the end that the run's name asks for."""
    results = {run.name: run.results for run in workspace.store.runs() if run.results}
    ends = {"stopped": Status.STOPPED, "interrupted": Status.INTERRUPTED, "failed": Status.FAILED}

    def execute(opened, lease, _control):
        run = opened.store.run(lease.run_id)
        opened.store.move(run.id, Status.RUNNING)
        yield events.RunStarted(device="CPU", train_images=11, val_images=5, epochs=3, steps=6)
        yield events.Warned(message="A [warning].")
        exact = (events.Score("exact_match", 0.4375),) if run.name == "several" else ()
        yield an_epoch(0, 1.9, best=True, metrics=exact)
        yield an_epoch(11, 1.0625)
        if run.name == "crashed":
            raise TrainingFailed("It [crashed].")
        if run.name in ("completed", "several"):
            opened.store.set_results(run.id, results[{"several": "sev[eral]"}.get(run.name, "birch")])
        opened.store.move(run.id, ends.get(run.name, Status.COMPLETED))

    return execute


@pytest.mark.parametrize("line", LINES)
def test_a_command_says_of_runs_what_it_always_said(told, line):
    RECORDED.check(line.replace("\x1b", "ESC"), told(line))


def test_nothing_else_is_recorded():
    RECORDED.check_all_are_used(line.replace("\x1b", "ESC") for line in LINES)
