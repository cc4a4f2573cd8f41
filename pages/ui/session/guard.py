"""Access control of the server: only the app's own pages, under an address of this machine.

Any web site can make a browser send requests to 127.0.0.1 (by a name of its own that it points there, too), and every
other program with a page on this machine is a neighbour of another port. Streamlit itself checks the host of the
socket alone, takes every local port for its own, and asks a host on the internet for this machine's public address
before it refuses a foreign page. This stands before all of its routes.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import streamlit as st

Scope = MutableMapping[str, Any]
Channel = Callable[..., Awaitable[Any]]
SCHEMES = ("http", "https")  # a local proxy may use https
BODY = b"Refused: this address or page is not this app's own. Open the address that the app printed when it started."


class OwnPagesOnly:
    """ASGI middleware: 403 for a Host that is not in `server.allowedHosts`, or an Origin that is not that very Host."""

    def __init__(self, app: Callable[..., Awaitable[None]], hosts: Iterable[str] | None = None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Channel, send: Channel) -> None:
        if scope["type"] not in ("http", "websocket") or self._may(scope["headers"]):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: an answer of 403
        else:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(BODY))]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": BODY})

    def _may(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        hosts = [value for name, value in headers if name == b"host"]
        origins = [value for name, value in headers if name == b"origin"]
        return len(hosts) == 1 and self._known(hosts[0]) and all(_same(origin, hosts[0]) for origin in origins)

    def _known(self, host: bytes) -> bool:
        parts = _parts(f"http://{host.decode('latin-1')}")
        allowed = st.get_option("server.allowedHosts") if self._hosts is None else self._hosts
        return parts is not None and any(_matches(parts.hostname or "", pattern) for pattern in allowed)


def _matches(name: str, pattern: str) -> bool:
    name, pattern = name.rstrip("."), pattern.strip().lower().rstrip(".")
    return pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))


def _same(origin: bytes, host: bytes) -> bool:
    """Whether the origin has the same host and port as the request: another port is another program."""
    page = _parts(origin.decode("latin-1"))
    requested = None if page is None else _parts(f"{page.scheme}://{host.decode('latin-1')}")
    return page is not None and requested is not None and _host_and_port(page) == _host_and_port(requested)


def _host_and_port(parts: SplitResult) -> tuple[str | None, int]:
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _parts(address: str) -> SplitResult | None:
    """Parse an address of scheme, host and port only; None for anything else."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # validates the port
    except ValueError:
        return None
    is_plain = (
        parts.scheme in SCHEMES and parts.hostname and address.lower() == f"{parts.scheme}://{parts.netloc.lower()}"
    )
    return parts if is_plain and "@" not in parts.netloc and "\\" not in parts.netloc else None
