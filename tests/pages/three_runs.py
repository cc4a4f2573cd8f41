"""Three runs that differ in every number, and what pages say of them."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.trained import texts, without_warm_up


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch):
    without_warm_up(monkeypatch)


@pytest.fixture
def workspace(ledger, monkeypatch):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(ledger[0].root))
    return ledger[0]


@pytest.fixture
def runs(ledger, workspace):
    """alder, birch, cedar: the oldest first; on validation birch is the best and alder the worst."""
    return ledger[1]


def text(at: AppTest) -> str:
    return texts(at).replace("\\", "").replace("\u2060", "")


def lines(figure) -> dict[str, list[float]]:
    return {trace.name: [round(float(y), 6) for y in trace.y] for trace in figure.data}
