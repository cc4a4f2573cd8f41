"""Which requests reach the app at all. Nothing here opens a socket, as the guard itself does not."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.ui.session.guard import OwnPagesOnly

HOSTS = ("localhost", "127.0.0.1", "*.lan.example")


def answer(kind, *headers):
    """'passed', or what the guard sent."""
    sent = []

    async def app(scope, receive, send):
        sent.append("passed")

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers]}
    with ThreadPoolExecutor(1) as pool:  # a browser of other tests may have a loop running in this thread
        pool.submit(asyncio.run, OwnPagesOnly(app, HOSTS)(scope, None, send)).result()
    return sent[0] if sent[0] == "passed" else sent[0].get("status", sent[0]["type"])


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8501", None),
        ("LOCALHOST:8501", "http://localhost:8501"),
        ("127.0.0.1:8501", "http://127.0.0.1:8501"),
        ("localhost", "http://localhost:80"),
        ("localhost", "https://localhost"),
        ("localhost:443", "https://localhost"),
        ("box.lan.example:8501", "http://box.lan.example:8501"),
    ],
)
def test_the_own_page_passes(host, origin):
    headers = [("host", host), *([("origin", origin)] if origin else [])]
    assert answer("http", *headers) == answer("websocket", *headers) == "passed"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("host", "")],
        [("host", "evil.example:8501")],
        [("host", "127.0.0.1.evil.example")],
        [("host", "lan.example")],
        [("host", "localhost:99999")],
        [("host", "localhost/x")],
        [("host", "x@localhost")],
        [("host", "localhost:8501"), ("host", "evil.example")],
        [("host", "localhost:8501"), ("origin", "http://localhost:8502")],
        [("host", "localhost:8501"), ("origin", "http://127.0.0.1:8501")],
        [("host", "localhost:8501"), ("origin", "http://localhost")],
        [("host", "localhost:8501"), ("origin", "null")],
        [("host", "localhost:8501"), ("origin", "")],
        [("host", "localhost:8501"), ("origin", "file://localhost:8501")],
        [("host", "localhost:8501"), ("origin", "http://localhost:8501"), ("origin", "http://evil.example")],
    ],
)
def test_all_else_is_refused_without_any_look_up(headers, monkeypatch):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_: asked.append(given))
    monkeypatch.setattr("streamlit.net_util.get_external_ip", lambda: asked.append("external"))
    assert answer("http", *headers) == 403
    assert answer("websocket", *headers) == "websocket.close"
    assert asked == []
