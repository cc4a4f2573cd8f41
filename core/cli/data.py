"""What is made of a data set, for a terminal: `graft data`, and the lines that every command on images begins with."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from core.cli.options import (
    DistinctOption,
    FileColumnOption,
    JsonOption,
    LabelColumnOption,
    LabelsOption,
    LayoutOption,
    NearCopiesOption,
    TaskOption,
    WorkspaceOption,
    reading_of,
    split_with,
)
from core.cli.show import literal, people, print_json
from core.data.dataset import Dataset
from core.data.report import DataReport, describe
from core.data.sources import load_dataset
from core.data.split import Split, make_split
from core.experiment import DataSpec, SplitSpec, parse
from core.runs.workspace import default_root
from core.text import short

MOST_LINES = 10  # of notes, and of files that were left out, before a command's own work
_WIDEST = 300  # characters of one of them


def data(
    data: Annotated[str, typer.Argument(help="A folder or zip of images, or sample:NAME.")],
    layout: LayoutOption = None,
    labels: LabelsOption = None,
    file_column: FileColumnOption = None,
    label_column: LabelColumnOption = None,
    task: TaskOption = None,
    near_copies: NearCopiesOption = None,
    distinct: DistinctOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is made of a data set: classes, parts, what is left out and why."""
    reading = reading_of(layout, labels, file_column, label_column, task)
    found = report(
        parse(DataSpec, {"source": data, "split": split_with(SplitSpec(), near_copies, distinct), "reading": reading}),
        workspace or default_root(),
    )
    if as_json:
        print_json(found.as_dict())
        return
    to = Console()
    to.print(f"[bold]{literal(short(found.name))}[/]: {literal(found.line)}", soft_wrap=True)
    for title, lines in _sections(found):
        if lines:
            to.print(f"{title}:")
        for line in lines:
            to.print(f"  {literal(line)}", soft_wrap=True)


def report(spec: DataSpec, root: Path) -> DataReport:
    """Read and divide the images that `spec` names, with a bar. Raises as `load_dataset`."""
    with _bar() as progress:
        dataset = load_dataset(spec.source, root, progress, spec.reading)
    return describe(dataset, make_split(dataset, spec.split))


def tell(found: DataReport) -> None:
    """The short form on stderr: one line, then notes and what was left out, the first of each."""
    people.print(literal(found.line), soft_wrap=True)
    for line in found.notes[:MOST_LINES]:
        people.print(literal(short(line, _WIDEST)), soft_wrap=True)
    named = [f"{one.name} was left out: {one.reason}" for one in found.left_out[:MOST_LINES]]
    if len(found.left_out) > MOST_LINES:
        named.append(f"{len(found.left_out) - MOST_LINES} more files were left out; `graft data` names them.")
    for line in named:
        people.print(f"[yellow]{literal(short(line, _WIDEST))}[/]", soft_wrap=True)


def tell_read(spec: DataSpec, root: Path) -> None:
    """Read the images that `spec` names, and `tell` what is made of them."""
    tell(report(spec, root))


def tell_known(dataset: Dataset, split: Split) -> None:
    """`tell` what is made of images that were read already."""
    tell(describe(dataset, split))


def _sections(found: DataReport) -> tuple[tuple[str, list[str]], ...]:
    return (
        ("A training cannot start", list(found.problems)),
        ("Notes", list(found.notes)),
        (f"Left out ({len(found.left_out)})", [f"{one.name}: {one.reason}" for one in found.left_out]),
        ("For prediction", [f"graft predict RUN {shlex.quote(str(path))}" for path in found.unlabelled]),
    )


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A bar that shows only once there is something to read."""
    columns = (TextColumn("reading images"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    bar = Progress(*columns, console=people, transient=True, disable=not people.is_terminal)
    task = bar.add_task("reading", total=None)

    def update(done: int, total: int) -> None:
        if done < total:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield update
    finally:
        if bar.live.is_started:
            bar.stop()
