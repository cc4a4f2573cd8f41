"""A workspace and a run that is about to be executed in it."""

from pathlib import Path

import pytest

from core.runs.execute import create_run
from core.runs.prepare import prepare
from core.runs.workspace import Workspace

ROOT = Path(__file__).parents[3]


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


def begin(workspace, experiment, name=""):
    return create_run(workspace, prepare(experiment, workspace.root, "cpu"), name)
