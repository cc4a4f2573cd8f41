"""`graft data`: report how a data set is read; other commands print the short form first."""

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
    EditsOption,
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
    with_edits,
)
from core.cli.show import literal, people, print_json
from core.cli.words import in_options
from core.data.dataset import Dataset
from core.data.report import DataReport, describe
from core.data.sources import load_dataset
from core.data.split import Split, make_split
from core.experiment import DataSpec, SplitSpec, parse
from core.runs.workspace import default_root
from core.text import short
from core.work.progress import READING
from core.work.progress import Progress as Step

MOST_LINES = 10  # maximum lines of notes and of left-out files printed by other commands
_WIDEST = 300  # maximum characters of a line


def data(
    data: Annotated[str, typer.Argument(help="A folder or zip of images, or sample:NAME.")],
    layout: LayoutOption = None,
    labels: LabelsOption = None,
    file_column: FileColumnOption = None,
    label_column: LabelColumnOption = None,
    task: TaskOption = None,
    near_copies: NearCopiesOption = None,
    distinct: DistinctOption = None,
    edits: EditsOption = True,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report how a data set is read: classes, parts, what is left out and why."""
    reading = reading_of(layout, labels, file_column, label_column, task)
    reading = with_edits(reading, data, workspace, wanted=edits)
    data_report = report(
        parse(DataSpec, {"source": data, "split": split_with(SplitSpec(), near_copies, distinct), "reading": reading}),
        workspace or default_root(),
    )
    if as_json:
        print_json(data_report.as_dict())
        return
    to = Console()
    to.print(f"[bold]{literal(short(data_report.name))}[/]: {literal(data_report.line)}", soft_wrap=True)
    for title, lines in _sections(data_report):
        if lines:
            to.print(f"{title}:")
        for line in lines:
            to.print(f"  {literal(line)}", soft_wrap=True)


def report(spec: DataSpec, root: Path) -> DataReport:
    """Read and split the images of `spec`, with a progress bar. Raises like `load_dataset`."""
    with bar() as progress:
        dataset = load_dataset(spec.source, root, progress, spec.reading)
        return describe(dataset, make_split(dataset, spec.split, progress=progress))


def print_report(data_report: DataReport) -> None:
    """Print the short form on stderr: one line, then the first notes and left-out files."""
    people.print(literal(data_report.line), soft_wrap=True)
    for line in data_report.notes[:MOST_LINES]:
        people.print(literal(short(in_options(line), _WIDEST)), soft_wrap=True)
    left_out_lines = [f"{one.name} was left out: {one.reason}" for one in data_report.left_out[:MOST_LINES]]
    if len(data_report.left_out) > MOST_LINES:
        left_out_lines.append(
            f"{len(data_report.left_out) - MOST_LINES} more files were left out; `graft data` names them."
        )
    for line in left_out_lines:
        people.print(f"[yellow]{literal(short(in_options(line), _WIDEST))}[/]", soft_wrap=True)


def print_report_of(spec: DataSpec, root: Path) -> None:
    """Read the images of `spec` and print the short report."""
    print_report(report(spec, root))


def print_report_of_split(dataset: Dataset, split: Split) -> None:
    """Print the short report of a loaded data set."""
    print_report(describe(dataset, split))


def _sections(data_report: DataReport) -> tuple[tuple[str, list[str]], ...]:
    return (
        ("A training cannot start", list(data_report.problems)),
        ("Notes", list(data_report.notes)),
        (f"Left out ({len(data_report.left_out)})", [f"{one.name}: {one.reason}" for one in data_report.left_out]),
        ("For prediction", [f"graft predict RUN {shlex.quote(str(path))}" for path in data_report.unlabelled]),
    )


@contextmanager
def bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar that appears only if there is something to read or to compare."""
    with progress_bar() as shown:
        yield lambda done, total: shown(Step(what=READING, done=done, total=total))


@contextmanager
def progress_bar() -> Iterator[Callable[[Step], None]]:
    """A progress bar that appears with the first thing that is not done yet."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    shown = Progress(*columns, console=people, transient=True, disable=not people.is_terminal)
    task = shown.add_task(READING, total=None)

    def update(step: Step) -> None:
        if step.done < step.total:
            shown.start()
        shown.update(task, description=step.what, completed=step.done, total=step.total)

    try:
        yield update
    finally:
        if shown.live.is_started:
            shown.stop()
