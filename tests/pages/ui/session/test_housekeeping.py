"""Sessions of closed tabs are closed when their time is over."""

import asyncio
import gc
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.caching.ttl_cache import TTLCache

from pages.ui.session import housekeeping, unofficial

ROOT = Path(__file__).parents[4]


class Session:
    """Counts how often it was shut down, and hangs on itself as Streamlit's do."""

    def __init__(self):
        self.closed, self.itself = 0, self

    def shutdown(self):
        self.closed += 1


def test_a_session_is_closed_once_when_its_time_is_over_and_not_before():
    now = [0.0]
    kept = TTLCache(maxsize=8, ttl=30, timer=lambda: now[0])
    first, second = Session(), Session()
    kept["a"] = SimpleNamespace(session=first)
    now[0] = 20.0
    kept["b"] = SimpleNamespace(session=second)
    assert (housekeeping.close_expired(kept), first.closed) == (0, 0)
    now[0] = 31.0
    assert (housekeeping.close_expired(kept), first.closed, second.closed) == (1, 1, 0)
    assert housekeeping.close_expired(kept) == 0
    now[0] = 51.0
    assert (housekeeping.close_expired(kept), first.closed, second.closed) == (1, 1, 1)


def test_what_hangs_together_in_a_circle_is_freed(monkeypatch):
    given = []
    monkeypatch.setattr(housekeeping, "give_back", lambda: given.append(True))
    gc.disable()
    try:
        seen = weakref.ref(Session())
        assert seen() is not None
        housekeeping.collect()
        assert seen() is None
    finally:
        gc.enable()
    assert given == [True]


def test_the_server_tidies_up_while_it_lives(monkeypatch):
    monkeypatch.setattr(housekeeping, "EVERY_S", 0.001)
    expired, collected = [1], []
    monkeypatch.setattr(housekeeping, "kept_sessions", lambda app: app)
    monkeypatch.setattr(housekeeping, "close_expired", lambda _: expired.pop() if expired else 0)
    monkeypatch.setattr(housekeeping, "collect", lambda: collected.append(True))

    async def live():
        async with housekeeping.housekeeping("app"):
            while not collected:
                await asyncio.sleep(0.001)

    with ThreadPoolExecutor(1) as other:  # a browser test before may have left a loop in this thread
        other.submit(asyncio.run, asyncio.wait_for(live(), 30)).result()
    assert collected == [True]


def test_without_the_store_the_server_lives_on_and_says_nothing(monkeypatch, caplog):
    monkeypatch.setattr(housekeeping, "EVERY_S", 0.001)
    asked = []
    monkeypatch.setattr(housekeeping, "kept_sessions", lambda app: asked.append(app))

    async def live():
        async with housekeeping.housekeeping("app"):
            while len(asked) < 3:
                await asyncio.sleep(0.001)

    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, asyncio.wait_for(live(), 30)).result()
    assert caplog.records == []


@pytest.mark.parametrize("lost", ["_runtime", "_session_mgr", "_session_storage", "_cache", "expire"])
def test_a_store_that_is_elsewhere_is_none(lost):
    app = TTLCache(maxsize=3, ttl=5)
    for name in ("_cache", "_session_storage", "_session_mgr", "_runtime"):
        app = SimpleNamespace(**({} if name == lost else {name: object() if lost == "expire" else app}))
    assert unofficial.kept_sessions(app) is None


def test_the_switch_of_the_older_kind_of_app_may_be_gone(monkeypatch):
    from streamlit.runtime.pages_manager import PagesManager

    monkeypatch.setattr(PagesManager, "uses_pages_directory", True)
    assert unofficial.leave_older_kind() is True
    assert PagesManager.uses_pages_directory is False
    assert unofficial.leave_older_kind() is False
    monkeypatch.delattr(PagesManager, "uses_pages_directory")
    assert unofficial.leave_older_kind() is False
    monkeypatch.setitem(sys.modules, "streamlit.runtime.pages_manager", None)
    assert unofficial.leave_older_kind() is False


def test_the_store_is_where_this_version_of_streamlit_has_it():
    app = st.App(ROOT / "tests" / "browser" / "apps" / "nothing.py")
    cache = TTLCache(maxsize=3, ttl=5)
    storage = SimpleNamespace(_cache=cache)
    app._runtime = SimpleNamespace(_session_mgr=SimpleNamespace(_session_storage=storage))
    assert unofficial.kept_sessions(app) is cache
    from streamlit.runtime import Runtime
    from streamlit.runtime.memory_session_storage import MemorySessionStorage
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    assert isinstance(MemorySessionStorage(ttl_seconds=3)._cache, TTLCache)
    assert "_session_storage" in WebsocketSessionManager.__init__.__code__.co_names
    assert "_session_mgr" in Runtime.__init__.__code__.co_names
