"""What tests of the backbone page share."""

import pytest

from core.experiment import BackboneSpec
from pages.ui.backbone import phases
from pages.ui.session.state import Draft
from tests.pages import trained

PAGE = "pages/backbone.py"


SMALL = BackboneSpec(name="mobilenet_v3_small")


@pytest.fixture(autouse=True)
def ground(tmp_path, monkeypatch):
    """No pretrained weights but the bundled ones, and torch that is there already."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    trained.without_warm_up(monkeypatch)


@pytest.fixture
def plans(monkeypatch):
    """The figures of the plan, as they were drawn."""
    figures = []
    monkeypatch.setattr(phases, "live_plot", lambda figure, key, height: figures.append(figure))
    return figures


def opened(**parts):
    return trained.opened(PAGE, draft=Draft(**parts))


def draft(at):
    assert not at.exception
    return at.session_state["graft:draft"]


def texts(at):
    return trained.texts(at).replace("\\", "").replace("\u2060", "")


def stage_lists(at):
    return [item.proto.body for item in at.get("html") if "parameters train" in item.proto.body]


def pills(at, phase):
    return at.pills(key=f"backbone-phase{phase}-stages")


def press(at, key):
    return at.button(key=f"backbone-{key}").click().run()
