"""The processes for views are started once, and only where something computes beside the processor."""

import pytest

from core.runs.workspace import Workspace
from core.training import device
from pages.ui.session import anchor, engine


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """The devices for which workers were asked."""
    found = []
    with Workspace(tmp_path / "workspace") as workspace:
        monkeypatch.setattr(engine, "workspace", lambda: workspace)
        monkeypatch.setattr(workspace, "workers", lambda kind: found.append(kind))
        anchor.forget("view-workers")
        yield found
    anchor.forget("view-workers")


@pytest.mark.parametrize(
    ("devices", "kind"), [(("cuda:0", "cuda:1", "cpu"), "cuda"), (("mps", "cpu"), "mps"), (("cpu",), "cpu")]
)
def test_they_are_asked_for_once_for_the_best_device(monkeypatch, asked, devices, kind):
    monkeypatch.setattr(device, "available_devices", lambda: devices)
    for _ in range(3):
        engine.start_workers()
    assert asked == [kind]


def test_what_goes_wrong_there_is_no_matter_for_the_page(monkeypatch, asked):
    def missing():
        raise ImportError("no torch")

    monkeypatch.setattr(device, "available_devices", missing)
    engine.start_workers()
    assert asked == []
