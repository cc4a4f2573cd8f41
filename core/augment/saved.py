"""Named pipelines of a user: one YAML file each in the workspace, which `--augment` reads too.

Imports no image library.
"""

from dataclasses import dataclass
from pathlib import Path

import yaml

from core import files, paths
from core.augment.exchange.text import read_any
from core.augment.presets import dump_pipeline, text_of
from core.errors import GraftError, InvalidInput, unknown_name
from core.experiment import PipelineSpec

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved pipeline. For a damaged file `pipeline` is None and `problem` says why."""

    name: str
    path: Path
    pipeline: PipelineSpec | None
    problem: str = ""


def listed(workspace: Path) -> tuple[Saved, ...]:
    """All saved pipelines, sorted by name, including damaged files."""
    folder = workspace / paths.PIPELINES
    found = [_saved(path) for path in folder.glob("*.yaml") if path.is_file()] if folder.is_dir() else []
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.path.name)))


def save(workspace: Path, name: str, spec: PipelineSpec, *, replace: bool = False) -> Saved:
    """Save a pipeline under a name. Raises `InvalidInput` if the name is invalid, or exists without `replace`."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise InvalidInput(f"A pipeline cannot be called '{plain[:40]}'. Give a name of 1 to {LONGEST_NAME} letters.")
    pipelines = listed(workspace)
    existing = next((one for one in pipelines if one.name == plain), None)
    if existing is not None and not replace:
        raise InvalidInput(f"There is a pipeline '{plain}' already. Choose another name, or replace it.")
    path = (
        existing.path if existing else _free(workspace / paths.PIPELINES, plain, {one.path.name for one in pipelines})
    )
    files.write_text(path, yaml.safe_dump({"name": plain}, allow_unicode=True) + dump_pipeline(spec))
    return Saved(plain, path, spec)


def load(workspace: Path, name: str) -> PipelineSpec:
    """The pipeline of this name. Raises `InvalidInput` if there is none, or its file is damaged."""
    one = _find(workspace, name)
    if one.pipeline is None:
        raise InvalidInput(f"The pipeline '{name}' cannot be used. {one.problem}")
    return one.pipeline


def delete(workspace: Path, name: str) -> None:
    """Delete a pipeline. Raises `InvalidInput` if there is none of this name, `StorageFailed`."""
    one = _find(workspace, name)
    try:
        one.path.unlink(missing_ok=True)
    except OSError as error:
        raise files.storage_failed(one.path, error) from error


def _find(workspace: Path, name: str) -> Saved:
    pipelines = listed(workspace)
    for one in pipelines:
        if one.name == name:
            return one
    if not pipelines:
        raise InvalidInput(f"There is no saved pipeline '{name}': none is saved yet.")
    raise InvalidInput(unknown_name("saved pipeline", name, [one.name for one in pipelines]))


def _saved(path: Path) -> Saved:
    try:
        taken = read_any(text_of(path), f"The file '{path.name}'")
    except GraftError as error:
        return Saved(path.name, path, None, str(error))
    return Saved(taken.name or path.stem, path, taken.spec)


def _free(folder: Path, name: str, taken: set[str]) -> Path:
    """A free file name. Names such as 'a b' and 'A-B' have the same slug, so a number is appended."""
    stem = files.slug(name)
    numbers = (f"{stem}-{number}.yaml" for number in range(2, len(taken) + 3))
    return folder / next(one for one in (f"{stem}.yaml", *numbers) if one not in taken)
