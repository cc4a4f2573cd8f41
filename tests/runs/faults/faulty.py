"""A workspace to which something happens."""

import pytest

from core.runs.execute import create_run
from core.runs.prepare import prepare
from core.runs.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


def begin(workspace, experiment):
    return create_run(workspace, prepare(experiment, workspace.root, "cpu"))
