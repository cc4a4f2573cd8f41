"""An installation outside the repository: one name, a command that trains, and the app."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from core.cli import app
from core.errors import InvalidInput

ROOT = Path(__file__).parents[1]
UV = next((str(path) for path in (ROOT / ".uv" / "bin" / "uv",) if path.exists()), shutil.which("uv"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    if UV is None:
        pytest.skip("uv is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The folder with the programs of a fresh environment."""
    folder = tmp_path_factory.mktemp("installed") / "env"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([UV, "pip", "install", "--quiet", "--python", str(programs / "python"), str(wheel)], check=True)
    return programs


def alone() -> dict[str, str]:
    """An environment in which the repository cannot be found."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "GRAFT_WORKSPACE")}


@pytest.mark.slow
def test_an_installation_adds_one_name(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"graft"}
    for wanted in ("__init__.py", "app.py", "pages/home.py", "core/cli/commands.py", ".streamlit/config.toml"):
        assert f"graft/{wanted}" in names
    assert not [name for name in names if name.startswith("graft/tests") or name.endswith(".pyc")]


@pytest.fixture
def beside(tmp_path):
    """A folder with a user's own modules, and how Python is run there with the layout of an installation."""
    (tmp_path / "site" / "graft").mkdir(parents=True)
    shutil.copy(ROOT / "core" / "installed" / "graft" / "__init__.py", tmp_path / "site" / "graft")
    shutil.copytree(ROOT / "core", tmp_path / "site" / "graft" / "core", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app", "pages"):
        (tmp_path / "site" / "graft" / f"{name}.py").write_text("OWNER = 'graft'")

    def run(code: str) -> subprocess.CompletedProcess[str]:
        mine = tmp_path / "mine"
        mine.mkdir(exist_ok=True)
        for name in ("app", "pages", "core"):
            (mine / f"{name}.py").write_text("OWNER = 'me'")
        environment = alone() | {"PYTHONPATH": str(tmp_path / "site")}
        return subprocess.run([sys.executable, "-c", code], cwd=mine, env=environment, capture_output=True, text=True)

    return run


def test_an_installation_leaves_a_user_his_own_modules(beside):
    done = beside("import graft, app, pages; print(graft.GraftError.__name__, app.OWNER, pages.OWNER)")
    assert done.stdout.split() == ["GraftError", "me", "me"], done.stderr


def test_a_core_that_is_not_ours_is_refused_by_its_name(beside):
    done = beside("import core; import graft")
    assert done.returncode == 1
    assert "ImportError: Graft needs the module name 'core', and" in done.stderr
    assert "mine" in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_the_command_trains_anywhere(installed, tmp_path):
    done = subprocess.run(
        [installed / "graft", "train", "--data", "sample:stamps", "--phase", "head:2:solve", "--views", "1", "--json"],
        cwd=tmp_path, env=alone(), capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["status"] == "completed"
    assert (tmp_path / "workspace" / "graft.db").exists()


SCRIPT = """
import graft
run = graft.train("sample:stamps", "mine", phases=["head:2:solve"], views=1, progress=False)
(answer,) = graft.predict(run.id, IMAGE, "mine")
print(run.val.n, answer.label in run.classes)
"""


@pytest.mark.slow
def test_a_script_trains_and_predicts_anywhere(installed, tmp_path):
    image = ROOT / "sample_data" / "stamps" / "bird"
    image = next(path for path in sorted(image.iterdir()) if path.suffix in (".jpg", ".png", ".webp"))
    script = SCRIPT.replace("IMAGE", repr(str(image)))
    done = subprocess.run(
        [installed / "python", "-c", script], cwd=tmp_path, env=alone(), capture_output=True, text=True, timeout=600,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["24", "True"]


def test_the_installed_name_offers_what_core_does_and_loads_nothing_more():
    code = f"""import sys; sys.path.insert(0, {str(ROOT / "core" / "installed")!r}); import core, graft
assert all(getattr(graft, name) is getattr(core, name) for name in core.__all__), "another function"
print(sorted(graft.__all__) == sorted(core.__all__), "pydantic" in sys.modules, "torch" in sys.modules)"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "False"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX has them")
def test_the_app_opens_anywhere_and_ends_at_ctrl_c(installed, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [installed / "graft", "app", "--no-browser", "--port", str(port), "--workspace", str(tmp_path / "mine")]
    process = subprocess.Popen(command, cwd=tmp_path, env=alone(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        assert answers(port), process.stdout.read() if process.poll() is not None else "no answer"
        process.send_signal(signal.SIGINT)
        process.wait(30)
    finally:
        process.kill()


def answers(port: int) -> bool:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return True
        except OSError:
            time.sleep(0.2)
    return False


@pytest.fixture
def started(monkeypatch) -> list[tuple[list[str], dict[str, str]]]:
    """What `graft app` would have become."""
    calls = []
    monkeypatch.setattr(app.sys, "platform", "linux")
    monkeypatch.setattr(app.os, "execve", lambda _, command, environment: calls.append((command, environment)))
    return calls


def test_what_the_command_starts(started, tmp_path):
    app.app(workspace=tmp_path, port=8600, browser=False)
    app.app()
    (given, environment), (plain, _) = started
    assert given[1:] == ["-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port=8600", "--server.headless=true"]
    assert environment["GRAFT_WORKSPACE"] == str(tmp_path)
    assert plain == given[:5]


def test_an_installation_without_the_app_says_so(started, monkeypatch, tmp_path):
    monkeypatch.setattr(app, "SCRIPT", tmp_path / "app.py")
    with pytest.raises(InvalidInput, match="not installed"):
        app.app()
    assert started == []
