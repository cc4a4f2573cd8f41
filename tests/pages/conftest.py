"""What all page tests stand on: a workspace of their own, and a process that stays as it was."""

import gc

import pytest

from pages.ui.session import engine


@pytest.fixture(autouse=True)
def no_search_for_components(monkeypatch):
    """Each page opened would read the metadata of every installed package, for components that none of them brings."""
    monkeypatch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", list)


@pytest.fixture(autouse=True)
def own_workspace(monkeypatch, tmp_path):
    """An empty workspace. The warm-up's `gc.freeze` would last for all tests that come after."""
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setattr(gc, "freeze", lambda: None)
    return tmp_path / "workspace"


@pytest.fixture
def manager(own_workspace):
    """The server's job manager; what it runs ends with the test."""
    made = engine.manager()
    yield made
    made.shutdown(30)


@pytest.fixture
def workspace(trained, monkeypatch):
    """The workspace of the module's `trained`: (workspace, its runs)."""
    monkeypatch.setenv("GRAFT_WORKSPACE", str(trained[0].root))
    return trained[0]


@pytest.fixture
def runs(trained, workspace):
    """The finished runs of `room`."""
    return trained[1]
