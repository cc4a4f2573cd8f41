"""The engine from a terminal: `graft app`, `data`, `train`, `estimate`, `find-lr`, `resume`, `runs`, `predict`,
`backbones`, and the augmentation lab: `safety`, `augment`, `pipeline`.

Exit codes: 0 success, 2 an error (one sentence on stderr), 130 Ctrl-C (by typer, where no run is under way).
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from core.cli import app as app_command
from core.cli import keeping, lab, labels, pipelines, predictions
from core.cli.data import bar, data, print_report_of, print_report_of_split
from core.cli.options import DeviceOption, JsonOption, WorkspaceOption, describes_an_experiment
from core.cli.show import format_scores, literal, people, print_json, show, summary
from core.cli.words import options
from core.errors import GraftError, UnclearLayout, WorkspaceGone
from core.experiment import Experiment
from core.files import allow_many_handles
from core.runs.status import Status
from core.runs.workspace import INTERRUPTED, Workspace, open_workspace
from core.text import format_duration, format_size
from core.training.sweep import Sweep

if TYPE_CHECKING:  # importing it loads torch
    from core.training.estimate import Estimate

app = typer.Typer(
    help="Fine-tune pretrained vision models on few images.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.command()(app_command.app)
app.command()(data)
app.command()(predictions.predict)
app.command()(lab.safety)
app.command()(lab.augment)
app.command()(pipelines.pipeline)
app.command()(keeping.keep)
app.command("labels")(labels.labels_of)


def main() -> None:
    """Entry point of the `graft` command: turns an error raised on purpose into one sentence and exit code 2."""
    allow_many_handles()
    try:
        app()
    except UnclearLayout as error:
        people.print(f"[bold red]Error:[/] {literal(error.question)}", soft_wrap=True)
        for choice in error.choices:
            people.print(
                f"  {literal(options(choice.reading))}   {literal(choice.says)}: {literal(choice.gives)}",
                soft_wrap=True,
            )
        sys.exit(2)
    except GraftError as error:
        people.print(f"[bold red]Error:[/] {literal(str(error))}", soft_wrap=True)
        sys.exit(2)


@app.command()
@describes_an_experiment
def train(
    plan: Experiment,
    device: DeviceOption = "auto",
    name: Annotated[str, typer.Option(help="A name for the run.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a model and evaluate its best epoch."""
    from core.cli.lights import warn
    from core.runs.execute import create_run
    from core.runs.prepare import OTHER_IMAGES, prepare
    from core.training.device import resolve_device

    with open_workspace(workspace) as opened:
        opened.workers(resolve_device(device).type)  # they start while images are read
        with bar() as progress:
            prepared = prepare(plan, opened.root, device, progress, images=opened.images)
        if prepared.other_images:
            people.print(f"[yellow]{OTHER_IMAGES}[/]", soft_wrap=True)
        print_report_of_split(prepared.dataset, prepared.split)
        warn(prepared.experiment, opened.root, str(prepared.device))
        _finish(opened, create_run(opened, prepared, name), as_json)


@app.command()
def resume(
    run: Annotated[str, typer.Argument(help="The id of a stopped, interrupted or failed run.")],
    device: Annotated[str | None, typer.Option(help="Another device than the run began on.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Continue a run from its last checkpoint."""
    from core.runs.execute import reopen_run

    with open_workspace(workspace) as opened:
        with bar() as progress:
            lease = reopen_run(opened, run, device, progress)
        _finish(opened, lease, as_json)


@app.command("find-lr")
@describes_an_experiment
def find_lr(
    plan: Experiment,
    phase_number: Annotated[
        int | None,
        typer.Option(help="The phase to find a rate for, from 1 on; default the first with a learning rate."),
    ] = None,
    device: DeviceOption = "auto",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try growing learning rates on one phase for a few seconds, and suggest one. No run is created."""
    from core.runs.trial import sweep_rates
    from core.work.control import Control

    gradient_phases = [number for number, phase in enumerate(plan.phases, start=1) if phase.solver == "steps"]
    number = phase_number if phase_number is not None else (gradient_phases or [1])[0]
    with open_workspace(workspace) as opened:
        print_report_of(plan.data, opened.root)
        result: Sweep = show(sweep_rates(plan, opened, device, number - 1, Control()))
    if as_json:
        print_json(asdict(result))
        return
    if result.suggested is not None:
        Console().print(f"Suggested learning rate for phase {number}: {result.suggested:g}")
    Console().print(literal(result.reason), soft_wrap=True)


@app.command()
@describes_an_experiment
def estimate(
    plan: Experiment,
    device: DeviceOption = "auto",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate from a few images how long a training will take. No run is created."""
    from core.runs.trial import measure
    from core.work.control import Control

    with open_workspace(workspace) as opened:
        print_report_of(plan.data, opened.root)
        result: Estimate = show(measure(plan, opened, device, Control()))
    if as_json:
        print_json(asdict(result))
        return
    kept_size = f"{format_size(result.kept_bytes)} of features"
    Console().print(
        f"About {format_duration(result.seconds)} with what is kept ({kept_size}), "
        f"{format_duration(result.seconds_uncut)} without.",
        soft_wrap=True,
    )


@app.command()
def runs(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List all runs, the newest first."""
    with open_workspace(workspace) as opened:
        all_runs = opened.store.runs()
    if as_json:
        # listing does not count as a view of the test result
        print_json([summary(run, with_test=False) for run in all_runs])
        return
    table = Table(box=None, header_style="bold")
    table.add_column("run", no_wrap=True)
    for column in ("name", "status", "epochs", "validation (95 %)"):
        table.add_column(column)
    for run in all_runs:
        table.add_row(
            run.id, literal(run.name), run.status.value, str(run.results.get("epochs", "")), format_scores(run.val)
        )
    Console().print(table if all_runs else "No runs yet. Start one: graft train --data sample:stamps")


@app.command()
def backbones(as_json: JsonOption = False) -> None:
    """List the pretrained models."""
    from core.backbones.catalogue import BACKBONES
    from core.backbones.pretrained.weights import is_local

    rows: list[dict[str, Any]] = [
        {
            "name": entry.name,
            "family": entry.family,
            "parameters": entry.parameters,
            "image_size": entry.image_size,
            "imagenet_top1": entry.top1,
            "licence": entry.licence,
            "on_this_machine": is_local(entry),
        }
        for entry in BACKBONES.values()
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("name", "family", "parameters", "px", "ImageNet top-1", "here", box=None, header_style="bold")
    for row in rows:
        top1 = "" if row["imagenet_top1"] is None else f"{row['imagenet_top1']:.1f} %"
        here = "yes" if row["on_this_machine"] else ""
        table.add_row(
            row["name"], row["family"], f"{row['parameters'] / 1e6:.1f} M", str(row["image_size"]), top1, here
        )
    Console().print(table)


def _finish(opened: Workspace, lease: Any, as_json: bool) -> None:
    """Execute a run with a progress bar and print its summary; exit code 0 only if it completed."""
    from core.runs.execute import execute
    from core.work.control import Control

    control = Control()
    people.print(f"Run [bold]{lease.run_id}[/] in {literal(str(opened.folder(lease.run_id)))}", soft_wrap=True)
    try:
        with _interruptible(opened, lease.run_id, control):
            show(execute(opened, lease, control))
    finally:
        with suppress(WorkspaceGone):  # already reported by the raised error; there is nothing to summarise
            run = opened.store.run(lease.run_id)
            if as_json:
                print_json(summary(run))
    if run.test:
        opened.store.look_at_test(run)
    if not as_json:
        summary_line = f"{run.status.value}: validation {format_scores(run.val)}, test {format_scores(run.test)}"
        Console().print(summary_line, soft_wrap=True)
    if run.status is Status.INTERRUPTED:
        people.print(f"Go on with: graft resume {run.id}")
        raise typer.Exit(130)
    if run.status is not Status.COMPLETED:
        raise typer.Exit(2)


@contextmanager
def _interruptible(opened: Workspace, run_id: str, control: Any) -> Iterator[None]:
    """On Ctrl-C or SIGTERM leave after the current batch, so that the run can be resumed.

    A second signal leaves at once.
    """
    received: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        if received:  # an exception would not get through torch
            with suppress(GraftError), opened.store.together(wait_s=0.5):
                opened.store.move(run_id, Status.INTERRUPTED, message=INTERRUPTED)
            os._exit(130)
        received.append(number)
        people.print("Leaving after this batch; press Ctrl-C again to leave at once.")
        control.abort()

    previous_handlers = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous_handlers.items():
            signal.signal(number, handler)
