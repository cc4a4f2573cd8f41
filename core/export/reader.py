"""The files with which a downloaded model reads images as this program does, without this program.

What decides about pixels is not written a second time: the download holds copies of this program's own source files.
"""

import ast
import re
from importlib import import_module
from importlib.metadata import packages_distributions, version
from pathlib import Path

PACKAGE = "graft_reader"
_ROOTS = ("core.data.images", "core.augment.standalone.runtime")
_ABOUT = '"""Copies of the files with which Graft decodes and resizes images. `predict.py` needs them beside it."""\n'
_OWN_IMPORT = re.compile(r"^(\s*)from core(?=[. ])", re.MULTILINE)


def reader_files() -> dict[str, str]:
    """Name in the download -> text: the source of decoding and resizing with all that it imports of this program."""
    files = {f"{PACKAGE}/__init__.py": _ABOUT}
    for name in sorted(_modules()):
        module = import_module(name)
        place = "/".join([PACKAGE, *name.split(".")[1:]])
        files[f"{place}/__init__.py" if hasattr(module, "__path__") else f"{place}.py"] = _OWN_IMPORT.sub(
            rf"\1from {PACKAGE}", _source(name)
        )
    return files


def requirements() -> list[str]:
    """The other packages that these files import, as `name==version` of what is installed here."""
    found = set[str]()
    for name in _modules():
        found |= {imported.partition(".")[0] for imported in _imports(name)}
    known = packages_distributions()
    packages = {known[name][0] for name in found if name in known and name != "core"}
    return sorted(f"{package.lower()}=={version(package)}" for package in packages)


def _modules() -> set[str]:
    """The roots and every module of this program that they import, themselves or by others, with their packages."""
    found, waiting = set[str](), list(_ROOTS)
    while waiting:
        name = waiting.pop()
        if name not in found and name != "core":
            found.add(name)
            waiting += [name.rpartition(".")[0], *(other for other in _imports(name) if other.startswith("core."))]
    return found


def _source(name: str) -> str:
    return Path(str(import_module(name).__file__)).read_text(encoding="utf-8")


def _imports(name: str) -> set[str]:
    """Modules that a module names in its imports; `from core.data import names` names `core.data.names`."""
    found = set[str]()
    for node in ast.walk(ast.parse(_source(name))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {_module(node.module, alias.name) for alias in node.names}
    return found


def _module(package: str, name: str) -> str:
    if not package.startswith("core"):
        return package
    try:
        return import_module(f"{package}.{name}").__name__
    except ModuleNotFoundError:
        return package
