"""Two finished runs over the same images, and an empty workspace."""

import pytest
import streamlit as st

from core.experiment import PipelineSpec
from core.runs.workspace import Workspace
from tests.pages.trained import two_finished, without_warm_up

PAGE = "pages/results.py"


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch):
    without_warm_up(monkeypatch)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A workspace with two finished runs over the same images; the second has no augmentation."""
    return two_finished(tmp_path_factory.mktemp("results"), "twin", "twin", pipeline=PipelineSpec())


@pytest.fixture
def empty_room(own_workspace):
    return Workspace(own_workspace)


@pytest.fixture
def went(monkeypatch):
    """Where the page led to, with the address's parameters."""
    places = []

    def go(page, query_params=None):
        places.append((page, query_params))
        st.stop()

    monkeypatch.setattr(st, "switch_page", go)
    return places
