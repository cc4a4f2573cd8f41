"""How a command ends: with which code, what is left of the run, and what is said; and how the app is started."""

import json
import os
import signal
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from core.cli import app as app_command
from core.cli import commands
from core.experiment import Phase
from core.runs import execute, prepare
from core.runs.status import Status
from core.runs.workspace import INTERRUPTED, Workspace
from core.work.control import Control
from tests.cli.test_commands import QUICK, graft  # noqa: F401 - a fixture
from tests.conftest import make_experiment


def test_ctrl_c_before_a_run_is_no_traceback(graft, images, monkeypatch):  # noqa: F811
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(prepare, "prepare", interrupted)
    assert graft("train", "--data", images, *QUICK) == (130, "", "")


@pytest.fixture
def ended(graft, divided, tmp_path, monkeypatch):  # noqa: F811
    """`graft train` whose run takes the given way to its end; nothing is trained."""

    def call(*statuses, arguments=()):
        def executed(workspace, lease, _control):
            for status in statuses:
                workspace.store.move(lease.run_id, status)
            yield from ()

        monkeypatch.setattr(execute, "execute", executed)
        code, out, err = graft("train", "--data", divided, *QUICK, "--phase", "head:1", *arguments)
        (run,) = Workspace(tmp_path / "workspace").store.runs()
        return code, out, err, run

    return call


def test_an_interrupted_run_says_how_to_go_on_and_ends_as_by_ctrl_c(ended):
    code, out, err, run = ended(Status.RUNNING, Status.INTERRUPTED)
    assert (code, out) == (130, "interrupted: validation -, test -\n")
    assert err.splitlines()[-1] == f"Go on with: graft resume {run.id}"


@pytest.mark.parametrize(("status", "code"), [(Status.COMPLETED, 0), (Status.FAILED, 2), (Status.STOPPED, 2)])
def test_only_a_completed_run_ends_with_0(ended, status, code):
    found, out, err, run = ended(Status.RUNNING, status, arguments=["--json"])
    assert (found, "Go on with" in err, run.status) == (code, False, status)
    told = json.loads(out)
    assert (told["run_id"], told["status"], told["val"], told["test"]) == (run.id, status.value, None, None)


def test_other_images_than_those_of_the_file_are_said_in_one_line(graft, divided, tmp_path, monkeypatch):  # noqa: F811
    said = []
    for fingerprint in ("", "of-others"):
        plan = make_experiment(divided, phases=(Phase(stages=("head",), epochs=1),))
        plan = plan.changed(data=plan.data.model_copy(update={"fingerprint": fingerprint}))
        (tmp_path / "plan.yaml").write_text(plan.to_yaml())
        monkeypatch.setattr(execute, "execute", lambda *_: iter(()))
        said.append(graft("train", "--experiment", tmp_path / "plan.yaml", "--device", "cpu")[2].splitlines())
    assert prepare.OTHER_IMAGES not in said[0]
    assert said[1].count(prepare.OTHER_IMAGES) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_first_signal_lets_the_batch_end_and_a_second_leaves_at_once(monkeypatch, capsys, number):
    moved, left, control = [], [], Control()

    @contextmanager
    def together(wait_s):
        assert wait_s <= 1, "who presses Ctrl-C twice does not wait for others"
        yield

    store = SimpleNamespace(together=together, move=lambda *given, **more: moved.append((given, more)))
    monkeypatch.setattr(os, "_exit", left.append)
    monkeypatch.setattr(commands.people, "_file", sys.stderr)
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    with commands._interruptible(SimpleNamespace(store=store), "run-3", control):
        assert not control.aborted
        signal.raise_signal(number)
        assert (control.aborted, moved, left) == (True, [], [])
        assert capsys.readouterr().err == "Leaving after this batch; press Ctrl-C again to leave at once.\n"
        signal.raise_signal(signal.SIGINT)
    assert moved == [(("run-3", Status.INTERRUPTED), {"message": INTERRUPTED})]
    assert left[:1] == [130]
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize(
    ("options", "flags", "workspace"),
    [
        ([], [], None),
        (["--port", "9001"], ["--server.port=9001"], None),
        (["--no-browser", "--workspace", "over there"], ["--server.headless=true"], "over there"),
        (["--no-browser", "--port", "1"], ["--server.port=1", "--server.headless=true"], None),
    ],
)
def test_the_app_is_started_with_what_was_asked(graft, monkeypatch, options, flags, workspace):  # noqa: F811
    started = []
    monkeypatch.setattr(app_command.sys, "platform", "linux")
    monkeypatch.setattr(os, "execve", lambda *given: started.append(given))
    monkeypatch.delenv("GRAFT_WORKSPACE")
    assert graft("app", *options)[0] == 0
    ((program, command, environment),) = started
    assert (program, command) == (
        sys.executable, [sys.executable, "-m", "streamlit", "run", str(app_command.SCRIPT), *flags],
    )  # fmt: skip
    assert environment == os.environ | ({"GRAFT_WORKSPACE": workspace} if workspace else {})


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_cannot_be_is_refused(graft, port):  # noqa: F811
    assert graft("app", "--port", port)[0] == 2


def test_on_windows_the_app_runs_as_a_child_whose_code_is_passed_on(graft, monkeypatch):  # noqa: F811
    started = []

    def run(command, env, check):
        started.append((command, env, check))
        return SimpleNamespace(returncode=7)

    monkeypatch.setattr(app_command.sys, "platform", "win32")
    monkeypatch.setattr(app_command.subprocess, "run", run)
    assert graft("app", "--port", "9001", "--workspace", "over there")[0] == 7
    ((command, environment, check),) = started
    assert command[1:] == ["-m", "streamlit", "run", str(app_command.SCRIPT), "--server.port=9001"]
    assert (command[0], environment, check) == (sys.executable, os.environ | {"GRAFT_WORKSPACE": "over there"}, False)


def test_an_app_that_is_not_there_is_told(graft, monkeypatch, tmp_path):  # noqa: F811
    monkeypatch.setattr(app_command, "SCRIPT", tmp_path / "app.py")
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("there is nothing to start"))
    code, out, err = graft("app")
    assert (code, out) == (2, "")
    assert err == f"Error: The app is not installed: {tmp_path / 'app.py'} is missing. Install Graft again.\n"
