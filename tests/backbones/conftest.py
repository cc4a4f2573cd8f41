"""A small web server, so that downloads are really downloaded, and a cache of one's own."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Answers = dict[str, tuple[dict[str, str], bytes]]


@pytest.fixture
def serve() -> Iterator[Callable[[Answers], str]]:
    """Start a server that answers each path with (headers, content), resting X-Pause seconds half-way; its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answers: Answers) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(body=True)

            def do_HEAD(self) -> None:
                self._answer(body=False)

            def _answer(self, *, body: bool) -> None:
                headers, content = answers.get(self.path, ({}, b""))
                self.send_response(200 if self.path in answers else 404)
                for key, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                if body:
                    half = len(content) // 2
                    self.wfile.write(content[:half])
                    self.wfile.flush()
                    time.sleep(float(headers.get("X-Pause", 0)))
                    self.wfile.write(content[half:])

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """torch's cache in an empty folder; the folder of its files."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"
