"""A real browser against a real server. Everything here is skipped, with the reason, where no Chromium is installed."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Server:
    """A running app. `log` holds what it printed."""

    host: str
    port: int
    pid: int
    workspace: Path
    log: Path

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder that drive a browser, by whatever fixture they come to it."""
    for item in items:
        if Path(__file__).parent in item.path.parents and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start an app on a free port with a workspace of its own; ended, by its process id, when the tests end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(script: Path = ROOT / "app.py", workspace: Path | None = None, files: int | None = None) -> Server:
        folder = tmp_path_factory.mktemp("server")
        workspace = workspace or folder / "workspace"
        process, port = _launch(script, workspace, folder / "log.txt", files)
        started.append(process)
        server = Server("127.0.0.1", port, process.pid, workspace, folder / "log.txt")
        _wait_until_healthy(server, process)
        return server

    yield start
    for process in started:
        _end(process)


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    """The app itself, one server per test module."""
    return start_server()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """One headless Chromium for all tests."""
    if CHROMIUM is None:
        pytest.skip("no Chromium or Chrome on this machine; install one to run the browser tests")
    sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, headless=True)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser) -> Iterator[Callable[..., object]]:
    """Open pages in contexts of their own: `new_page(width=420, dark=True)`."""
    contexts = []

    def open_page(width: int = 1400, height: int = 900, dark: bool = False):
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    """A wide, light page."""
    return new_page()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where images of the screens go: GRAFT_SCREENSHOTS, or a temporary folder."""
    folder = Path(os.environ.get("GRAFT_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _launch(script: Path, workspace: Path, log: Path, files: int | None = None) -> tuple[subprocess.Popen[bytes], int]:
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}", "--server.headless=true"]
    if files is not None:  # of open files at once; for the server alone, for this process may have more already
        command = ["sh", "-c", 'ulimit -S -n "$1" && shift && exec "$@"', "sh", str(files), *command]
    environment = os.environ | {"GRAFT_WORKSPACE": str(workspace), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    return process, port


def _wait_until_healthy(server: Server, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection(server.host, server.port, timeout=2)
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text(errors='replace')}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
