"""Two finished runs over the same images, and an empty workspace."""

import pytest
import streamlit as st

from core.experiment import PipelineSpec
from core.runs.workspace import Workspace
from tests.conftest import make_experiment, make_images
from tests.pages.trained import finished, without_warm_up

PAGE = "pages/results.py"


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch):
    without_warm_up(monkeypatch)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A workspace with two finished runs over the same images; the second has no augmentation."""
    folder = tmp_path_factory.mktemp("results")
    experiment = make_experiment(make_images(folder / "images"))
    room = Workspace(folder / "workspace")
    runs = [finished(room, experiment, "twin"), finished(room, experiment.changed(pipeline=PipelineSpec()), "twin")]
    return room, runs


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
