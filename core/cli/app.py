"""`graft app`: the app, from any folder."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import WorkspaceOption
from core.errors import InvalidInput
from core.runs.workspace import ENVIRONMENT_VARIABLE

SCRIPT = Path(__file__).resolve().parents[2] / "app.py"  # the same in the repository and in an installation


def app(
    workspace: WorkspaceOption = None,
    port: Annotated[int | None, typer.Option(help="Default 8501, or the next that is free.", min=1, max=65535)] = None,
    browser: Annotated[bool, typer.Option(help="Open the app in the browser.")] = True,
) -> None:
    """Open the app, for this machine only. Ctrl-C stops it."""
    if not SCRIPT.is_file():
        raise InvalidInput(f"The app is not installed: {SCRIPT} is missing. Install Graft again.")
    server_options = {"server.port": port, "server.headless": None if browser else "true"}
    flags = [f"--{name}={value}" for name, value in server_options.items() if value is not None]
    command = [sys.executable, "-m", "streamlit", "run", str(SCRIPT), *flags]
    workspace_variable = {ENVIRONMENT_VARIABLE: str(workspace)} if workspace else {}
    if sys.platform == "win32":  # on Windows exec would detach from the terminal
        sys.exit(subprocess.run(command, env=os.environ | workspace_variable, check=False).returncode)
    os.execve(sys.executable, command, os.environ | workspace_variable)
