"""What tests of the Data page share."""

import io
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[3]


HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def workspace(own_workspace, monkeypatch) -> Path:
    monkeypatch.setattr("pages.ui.session.warmup.start", lambda: None)
    monkeypatch.setattr("pages.ui.session.warmup.ready", lambda: False)
    return own_workspace


@pytest.fixture
def at(workspace) -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).switch_page("pages/data.py").run()


def png(colour: int, size: int = 24) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((size, size)).point(lambda v: (v + colour) % 256).convert("RGB").save(out, "PNG")
    return out.getvalue()


def choose_path(at: AppTest, path: object) -> AppTest:
    at.text_input(key="data-path").set_value(str(path))
    return at.button(key="data-path-use").click().run()


def draft(at: AppTest):
    return at.session_state["graft:draft"]


def texts(at: AppTest) -> str:
    """Everything said in Markdown, without the escapes."""
    found = [*at.markdown, *at.caption, *at.subheader, *at.error, *at.warning, *at.success]
    return "\n".join(part.value for part in found).replace("\\", "").replace("\u2060", "")
