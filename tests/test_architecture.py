"""The rooms of the engine, and who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = [
    "text", "errors", "memory", "files", "plain_yaml", "problems", "description", "reading", "recipe", "experiment",
    "work", "data", "augment", "backbones", "features", "tasks", "training", "screening", "evaluation", "planning",
    "runs", "charts", "export", "jobs", "cli",
]  # fmt: skip
ONLY_IN = {
    "albumentations": {"augment"},
    "timm": {"backbones"},
    "torchvision": {"augment", "backbones"},
    "streamlit": set(),
}
TOP_LEVEL = {
    "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "app.py", "pages", "core", "tests",
    "sample_data",
}  # fmt: skip


def sources() -> list[Path]:
    return sorted((ROOT / "core").rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT / "core").parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_from_rooms_above_it(path):
    if path.name in ("__init__.py", "__main__.py") and path.parent.name == "core":
        return
    here = room(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "core" and len(parts) > 1:
            assert ROOMS.index(parts[1]) <= ROOMS.index(here), f"{here} imports {name}"
        if parts[0] in ("pages", "app"):
            pytest.fail(f"the engine imports {name}")
        if parts[0] in ONLY_IN:
            assert here in ONLY_IN[parts[0]], f"{here} imports {name}"


def test_the_top_level_is_what_was_decided():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    top = {name.split("/")[0] for name in tracked}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize(
    "module",
    ["core.runs.store", "core.runs.workspace", "core.experiment", "core.augment.catalogue", "core.augment.presets",
     "core.backbones.catalogue", "core.data.sources", "core.data.collection", "core.charts.curves", "core.cli",
     "core.backbones.stages"],
)  # fmt: skip
def test_what_a_page_needs_at_once_does_not_wait_for_torch(module):
    slow = ("torch", "timm", "torchvision", "albumentations")
    code = f"import sys, {module}; print([name for name in {slow} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_source_file_or_function_is_too_long():
    for path in [*sources(), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 300, f"{path} has {text.count(chr(10))} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 70, f"{path}: {node.name} is too long"


def test_every_table_of_the_app_goes_through_the_one_that_makes_texts_harmless():
    for path in [*(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]:
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        if path.name != "tables.py":
            assert not used & {"dataframe", "table", "data_editor"}, f"{path} draws a table by itself"
