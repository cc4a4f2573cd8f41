"""The rooms of the engine, and who may import whom."""

import ast
import re
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import core
from core import paths

ROOT = Path(__file__).parent.parent
ROOMS = [
    "text", "wording", "errors", "allocator", "bounded", "shared", "paths", "files", "plain_yaml", "problems",
    "description", "edits", "reading", "optimizers", "recipe", "task", "experiment",
    "work", "data", "augment", "backbones", "tasks", "model", "features", "training", "screening", "evaluation",
    "planning", "runs", "charts", "export", "jobs", "cli", "scripting", "installed",
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


PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")
UI = ["session", "widgets", "runs"]  # of pages/ui, what all pages share; each imports only from those before it
MOST_FILES = 20  # of a folder
MOST_LINES = 300  # of a file
MOST_LINES_OF_A_FUNCTION = 60


def sources() -> list[Path]:
    return sorted((ROOT / "core").rglob("*.py"))


def interface() -> list[Path]:
    return [*sorted((ROOT / "pages").rglob("*.py")), ROOT / "app.py"]


def everything() -> list[Path]:
    others = [path for folder in ("tests", "sample_data") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [*sources(), *interface(), *others]


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
        if parts[0] == "core" and len(parts) > 1 and parts[1] in core.__all__:
            assert here == "installed", f"{here} imports {name}, which is for scripts"
        elif parts[0] == "core" and len(parts) > 1:
            assert ROOMS.index(parts[1]) <= ROOMS.index(here), f"{here} imports {name}"
        if parts[0] in ("pages", "app", "tests"):
            pytest.fail(f"the engine imports {name}")
        if parts[0] in ONLY_IN:
            assert here in ONLY_IN[parts[0]], f"{here} imports {name}"


def shared(name: str) -> str | None:
    """The folder of pages/ui that an import names."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["pages", "ui"] and len(parts) > 2 else None


def allowed(path: Path) -> list[str]:
    """The folders of pages/ui from which a file of the interface may import: a page, what only it uses, or `app.py`."""
    ui = ROOT / "pages" / "ui"
    here = path.relative_to(ui).parts[0].removesuffix(".py") if ui in path.parents else path.stem
    assert here in (*UI, *PAGES, "app", "__init__"), f"{here} is no folder of pages/ui: see CONTRIBUTING.md"
    return UI[: UI.index(here) + 1] if here in UI else [*UI, here]


@pytest.mark.parametrize("path", interface(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_uses_what_all_pages_share_and_its_own_folder_and_no_page(path):
    for name in imports(path):
        top = name.split(".")[0]
        assert top not in ("app", "tests"), f"{path.name} imports {name}"
        assert top != "pages" or shared(name) in allowed(path), f"{path.name} imports {name}"


def test_no_folder_is_a_heap():
    files = [path for path in everything() if path.name not in ("__init__.py", "conftest.py")]
    for folder, count in Counter(path.parent for path in files).items():
        assert count <= MOST_FILES, f"{folder} has {count} files: which of them belong together?"


def test_the_rooms_are_those_that_contributing_draws():
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## The house")[1].split("\n`pages/`")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == ROOMS


def test_the_names_of_tasks_are_the_same_wherever_they_stand():
    from typing import get_args

    from core.reading import TaskKind
    from core.task import SPECS
    from core.tasks.registry import task_of_model

    assert tuple(SPECS) == get_args(TaskKind)
    assert [task_of_model(kind, ("a", "b")).kind for kind in SPECS] == list(SPECS)
    assert {kind: spec().kind for kind, spec in SPECS.items()} == {kind: kind for kind in SPECS}


def test_what_differs_between_tasks_is_asked_of_the_task():
    """No `if task == "multilabel"`: facts stand in `core/task.py`, behaviour in `core/tasks`.

    How a folder is read is another question: there the user's choice of a task decides (`core/data/layout*`).
    """
    from core.task import SPECS

    for path in [*sources(), *interface()]:
        if path.relative_to(ROOT).as_posix().startswith(("core/tasks/", "core/data/layout")):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare | ast.Match):
                names = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)} & set(SPECS)
                assert not names, f"{path}:{node.lineno} compares with {names}"
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
                asked = {one.id for one in ast.walk(node.args[1]) if isinstance(one, ast.Name)}
                specs = asked & {spec.__name__ for spec in SPECS.values()}
                assert not specs, f"{path}:{node.lineno} asks which task it is"


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def used(path: Path, modules: set[str]) -> set[str]:
    """Those of the modules that a file imports, wherever in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):  # what only a type checker reads is no import
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= whole & modules or {str(node.module)}
    return found & modules


def test_no_two_files_import_each_other_however_long_the_way():
    files = {module(path): path for path in [*sources(), *interface()]}
    order = TopologicalSorter({name: used(path, set(files)) for name, path in files.items()})
    order.prepare()  # raises a CycleError that names the circle


def test_the_top_level_is_what_was_decided():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    top = {name.split("/")[0] for name in tracked}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize(
    "module",
    ["core.runs.store", "core.runs.workspace", "core.experiment", "core.augment.catalogue", "core.augment.presets",
     "core.backbones.catalogue", "core.data.sources", "core.data.collection", "core.charts.curves", "core.cli",
     "core.backbones.stages", "core.model.record"],
)  # fmt: skip
def test_what_a_page_needs_at_once_does_not_wait_for_torch(module):
    slow = ("torch", "timm", "torchvision", "albumentations")
    code = f"import sys, {module}; print([name for name in {slow} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_or_function_is_too_long():
    for path in everything():
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= MOST_LINES, f"{path} has {text.count(chr(10))} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                assert lines <= MOST_LINES_OF_A_FUNCTION, f"{path}: {node.name} has {lines} lines"


def test_names_in_a_workspace_are_spelled_in_one_place():
    names = {value for name, value in vars(paths).items() if name.isupper() and isinstance(value, str)}
    files = {name for name in names if "." in name}
    assert len(files) >= 10
    for path in [*sources(), *interface()]:
        if path == ROOT / "core" / "paths.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in files, f"{path}: {node.value} is in core.paths"
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant):
                assert node.right.value not in names, f"{path}: the folder {node.right.value} is in core.paths"


def test_every_table_of_the_app_goes_through_the_one_that_makes_texts_harmless():
    for path in interface():
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        if path.name != "tables.py":
            assert not used & {"dataframe", "table", "data_editor"}, f"{path} draws a table by itself"


def test_labels_are_named_by_the_data_set():
    """An image may have several: `dataset.label_of(item)`, never `classes[item.label]`, outside the room of tasks."""
    naming = re.compile(r"classes\[[^\[\]]*(?:\[[^\]]*\])?\.label\]")
    for path in [*sources(), *interface()]:
        where = path.relative_to(ROOT).as_posix()
        if where.startswith(("core/tasks/", "pages/ui/results/")):
            continue
        assert not naming.search(path.read_text()), f"{where}: use dataset.label_of(item)"


GENERATED = {"core/augment/code.py", "core/export/script.py", "core/export/parts.py"}  # scripts and files for a user


def test_options_of_the_command_line_are_named_in_its_own_room_alone():
    """Elsewhere a sentence has a choice as data: `as_reading(task="multilabel")` of `core/wording.py`."""
    option = re.compile(r"(?<![\w-])--(?=[a-z]|$)")
    for path in sources():
        where = path.relative_to(ROOT).as_posix()
        if where.startswith("core/cli/") or where in GENERATED:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                assert not option.search(node.value), f"{where}:{node.lineno} names an option of the command line"
