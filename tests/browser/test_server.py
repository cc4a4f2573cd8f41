"""What the server refuses, asked directly and without a browser."""

import base64
import http.client
import os

import pytest

STREAM = "/_stcore/stream"
UPLOAD = "/_stcore/upload_file/some-session/some-file"


def ask(
    server, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders())
    finally:
        connection.close()


def websocket(server, host: str | None = None, origin: str | None = None) -> int:
    headers = {
        "Host": host or f"{server.host}:{server.port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    return ask(server, "GET", STREAM, headers | ({"Origin": origin} if origin else {}))[0]


def test_the_own_page_may_open_a_session(server):
    assert websocket(server, origin=server.url) == 101
    assert websocket(server, host=f"localhost:{server.port}", origin=f"http://localhost:{server.port}") == 101


@pytest.mark.parametrize("origin", ["http://evil.example", "https://localhost.evil.example", "null"])
def test_a_foreign_origin_is_refused(server, origin):
    assert websocket(server, origin=origin) == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "0.0.0.0"])
def test_a_rebinding_host_is_refused_even_with_its_own_origin(server, host):
    assert websocket(server, host=host) == 403
    assert websocket(server, host=host, origin=f"http://{host}") == 403


@pytest.mark.parametrize("path", ["/", "/train", "/_stcore/health", "/_stcore/metrics", "/_stcore/host-config",
                                  "/static/x.js", "/media/x.png", UPLOAD])  # fmt: skip
def test_a_rebinding_host_reads_nothing_over_http(server, path):
    for host in ("evil.example", f"evil.example:{server.port}", f"127.0.0.1@evil.example:{server.port}"):
        assert ask(server, "GET", path, {"Host": host})[0] == 403
    assert ask(server, "GET", path, {"Host": f"localhost:{server.port}"})[0] != 403


@pytest.mark.parametrize("place", ["127.0.0.1:1", "localhost:8502", "localhost", "127.0.0.1", "0.0.0.0:{port}"])
def test_another_port_of_this_machine_is_a_foreign_origin(server, place):
    origin = f"http://{place.format(port=server.port)}"
    assert websocket(server, origin=origin) == 403
    assert ask(server, "GET", "/_stcore/health", {"Origin": origin})[0] == 403
    assert ask(server, "GET", "/_stcore/health", {"Origin": server.url})[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Xsrftoken": "made-up"},
        {"Origin": "http://evil.example"},
        {"Host": "evil.example"},
        {"X-Xsrftoken": "one", "Cookie": "_streamlit_xsrf=another"},
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_upload_without_a_valid_token_is_refused(server, method, headers):
    assert ask(server, method, UPLOAD, headers, b"x" if method == "PUT" else None)[0] == 403


def test_other_sites_may_not_read_what_is_served(server):
    headers = {"Origin": "http://evil.example"}
    for path in ("/_stcore/health", "/component/pages.ui.widgets.plot.plotly_js/plotly.min.js"):
        assert ask(server, "GET", path, headers)[1].get("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize(
    "path", ["/component/pages.ui.widgets.plot.plotly_js/../../__init__.py", "/media/../../etc/passwd"]
)
def test_paths_stay_inside_their_folder(server, path):
    assert ask(server, "GET", path, {})[0] in (400, 404)


def test_only_this_machine_is_listened_to(server):
    assert "URL: http://127.0.0.1:" in server.log.read_text()
