"""The slow libraries are loaded behind the first page, once, and nothing of the UI loads them before."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.session import warmup

ROOT = Path(__file__).resolve().parents[4]
LIGHT = "import json, wave"


def test_the_ui_leaves_torch_alone():
    files = sorted(path.relative_to(ROOT) for path in (ROOT / "pages" / "ui").rglob("*.py"))
    names = [".".join(file.with_suffix("").parts) for file in files if file.stem != "__init__"]
    assert len(names) > 60
    code = f"import sys; {'; '.join(f'import {name}' for name in names)}; "
    code += "print([name for name in ('torch', 'torchvision', 'timm', 'albumentations') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr


def test_all_libraries_are_loaded_and_then_it_is_done():
    state = warmup.WarmUp(("json", "wave"))
    assert state.done.wait(10)
    assert (state.error, state.part) == (None, "wave")
    assert "wave" in sys.modules


def test_a_second_start_begins_nothing(monkeypatch):
    monkeypatch.setattr(warmup, "once", lambda name, factory, kept={}: kept.setdefault(name, None) or factory)
    before = {thread.name for thread in threading.enumerate()}
    assert warmup.start() is warmup.start() is warmup.WarmUp
    assert {thread.name for thread in threading.enumerate()} == before


def waiting_app() -> None:
    import streamlit as st

    from pages.ui.session import warmup

    warmup.wait("Preparing.")
    st.write("ready")


def test_waiting_ends_when_all_is_loaded(monkeypatch):
    state = warmup.WarmUp(("json",))
    monkeypatch.setattr(warmup, "start", lambda: state)
    at = AppTest.from_function(waiting_app, default_timeout=10).run()
    assert at.markdown[0].value == "ready"


def test_a_library_that_cannot_be_loaded_is_named(monkeypatch):
    state = warmup.WarmUp(("json", "no_such_library"))
    assert state.done.wait(10)
    monkeypatch.setattr(warmup, "start", lambda: state)
    with pytest.raises(RuntimeError, match="no_such_library could not be loaded"):
        warmup.wait("Preparing.")
    assert warmup.ready()
