"""The engine from a terminal: `graft train`, `resume`, `runs`, `predict`, `backbones`.

Exit code 0 means success, 2 that something given or met could not be used (one sentence on stderr), 130 Ctrl-C.
"""

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from core import files
from core.errors import GraftError, InvalidExperiment
from core.experiment import BUNDLED_BACKBONE, Experiment
from core.runs.records import Run
from core.runs.status import Status
from core.runs.workspace import ENVIRONMENT_VARIABLE, INTERRUPTED, Workspace, default_root
from core.training import events

app = typer.Typer(
    help="Fine-tune pretrained vision models on few images.", no_args_is_help=True, pretty_exceptions_enable=False
)
people = Console(stderr=True)
WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", envvar=ENVIRONMENT_VARIABLE, help="Where runs live; default ./workspace.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value on the last line of stdout.")]


def main() -> None:
    """Entry point of the `graft` command: turns an error raised on purpose into one sentence and exit code 2."""
    try:
        app()
    except GraftError as error:
        people.print(f"[bold red]Error:[/] {_literal(str(error))}", soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        people.print("Interrupted.")
        sys.exit(130)


@app.command()
def train(
    data: Annotated[str | None, typer.Option(help="A folder or zip of class folders, or sample:NAME.")] = None,
    backbone: Annotated[str | None, typer.Option(help=f"See `graft backbones`; default {BUNDLED_BACKBONE}.")] = None,
    weights: Annotated[str | None, typer.Option(help="default (pretrained), none, or a safetensors file.")] = None,
    phase: Annotated[
        list[str] | None,
        typer.Option(help="STAGES:EPOCHS[:LR], repeatable. STAGES: head, all, a stage and all after it, or a,b,c."),
    ] = None,
    augment: Annotated[str | None, typer.Option(help="none, light, medium, strong, or a JSON/YAML file.")] = None,
    views: Annotated[str | None, typer.Option(help="Fixed views per image, or 'fresh'.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images per optimisation step.")] = None,
    image_size: Annotated[int | None, typer.Option(help="Side of the input in px; default the weights' own.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="adamw, adam or sgd.")] = None,
    seed: Annotated[int | None, typer.Option(help="Fixes the new head, the order and the views.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    name: Annotated[str, typer.Option(help="A name for the run.")] = "",
    workspace: WorkspaceOption = None,
    experiment: Annotated[Path | None, typer.Option(help="An experiment file; other options change it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Train a model and evaluate its best epoch."""
    from core.runs.execute import create_run
    from core.runs.prepare import OTHER_IMAGES, prepare

    plan = _plan(
        experiment, data=data, backbone=backbone, weights=weights, phase=phase, augment=augment, views=views,
        batch_size=batch_size, image_size=image_size, optimizer=optimizer, seed=seed,
    )  # fmt: skip
    room = Workspace(workspace or default_root())
    prepared = prepare(plan, room.root, device)
    if prepared.other_images:
        people.print(f"[yellow]{OTHER_IMAGES}[/]")
    _finish(room, create_run(room, prepared, name), as_json)


@app.command()
def resume(
    run: Annotated[str, typer.Argument(help="The id of a stopped, interrupted or failed run.")],
    device: Annotated[str | None, typer.Option(help="Another device than the run began on.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on from a run's last checkpoint."""
    from core.runs.execute import reopen_run

    room = Workspace(workspace or default_root())
    room.recover()
    _finish(room, reopen_run(room, run, device), as_json)


@app.command()
def runs(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List all runs, the newest first."""
    room = Workspace(workspace or default_root())
    room.recover()
    listed = room.store.runs()
    if as_json:
        _print_json([_summary(run, with_test=False) for run in listed])  # a list must not be a look at the test
        return
    table = Table(box=None, header_style="bold")
    table.add_column("run", no_wrap=True)
    for column in ("name", "status", "epochs", "validation accuracy (95 %)"):
        table.add_column(column)
    for run in listed:
        table.add_row(run.id, _literal(run.name), run.status.value, str(run.results.get("epochs", "")), _told(run.val))
    Console().print(table if listed else "No runs yet. Start one: graft train --data sample:stamps")


@app.command()
def predict(
    run: Annotated[str, typer.Argument(help="A run's id, or the folder of an unpacked download.")],
    images: Annotated[list[Path], typer.Argument(help="Pictures.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name what is on pictures. Those that cannot be read are named on stderr, and the exit code is then 2."""
    from core.evaluation.predict import Predictor

    folder = Path(run)
    if not (folder.is_dir() and (folder / "best.safetensors").exists()):
        room = Workspace(workspace or default_root())
        folder = room.folder(room.store.run(run).id)
    predictor = Predictor.load(folder)
    answers: list[dict[str, Any]] = []
    unreadable = 0
    for path in images:
        try:
            picture = predictor.read(path)
        except GraftError as error:
            people.print(f"[bold red]Error:[/] {_literal(f'{path}: {error}')}", soft_wrap=True)
            unreadable += 1
            continue
        probabilities = dict(zip(predictor.classes, predictor.predict([picture])[0].tolist(), strict=True))
        best = max(probabilities, key=lambda name: probabilities[name])
        answers.append({"path": str(path), "class": best, "probabilities": probabilities})
    if as_json:
        _print_json(answers)
    else:
        for answer in answers:
            line = f"{answer['path']}  {answer['class']}  {answer['probabilities'][answer['class']]:.1%}"
            Console().print(_literal(line), soft_wrap=True)
    if unreadable:
        raise typer.Exit(2)


@app.command()
def backbones(as_json: JsonOption = False) -> None:
    """List the pretrained models."""
    from core.backbones.catalogue import BACKBONES
    from core.backbones.weights import is_local

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
        _print_json(rows)
        return
    table = Table("name", "family", "parameters", "px", "ImageNet top-1", "here", box=None, header_style="bold")
    for row in rows:
        top1 = "" if row["imagenet_top1"] is None else f"{row['imagenet_top1']:.1f} %"
        here = "yes" if row["on_this_machine"] else ""
        table.add_row(
            row["name"], row["family"], f"{row['parameters'] / 1e6:.1f} M", str(row["image_size"]), top1, here
        )
    Console().print(table)


def _plan(file: Path | None, **given: Any) -> Experiment:
    """The experiment that the options describe, upon the one in `file` or the default one."""
    from core.runs.plan import adjusted, default_experiment

    if file is None and given["data"] is None:
        raise InvalidExperiment("Say which images: --data FOLDER, --data sample:stamps, or --experiment FILE.")
    return adjusted(Experiment.from_file(file) if file else default_experiment(given["data"]), **given)


def _finish(room: Workspace, claim: Any, as_json: bool) -> None:
    """Execute a run with a progress bar, print its summary, and exit with 0 only when it was completed."""
    from core.runs.execute import execute
    from core.training.control import Control

    control = Control()
    people.print(f"Run [bold]{claim.run_id}[/] in {_literal(str(room.folder(claim.run_id)))}", soft_wrap=True)
    try:
        with _interruptible(room, claim.run_id, control):
            _show(execute(room, claim, control))
    finally:
        run = room.store.run(claim.run_id)
        if as_json:
            _print_json(_summary(run))
    if run.test:
        room.store.look_at_test(run)
    if not as_json:
        Console().print(f"{run.status.value}: validation {_told(run.val)}, test {_told(run.test)}")
    if run.status is Status.INTERRUPTED:
        people.print(f"Go on with: graft resume {run.id}")
        raise typer.Exit(130)
    if run.status is not Status.COMPLETED:
        raise typer.Exit(2)


@contextmanager
def _interruptible(room: Workspace, run_id: str, control: Any) -> Iterator[None]:
    """Ctrl-C and SIGTERM let the batch end, then leave; the run can be resumed. Said again, they leave at once."""
    asked: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        if asked:  # inside torch no exception gets through
            with suppress(GraftError):
                room.store.move(run_id, Status.INTERRUPTED, message=INTERRUPTED)
            os._exit(130)
        asked.append(number)
        people.print("Leaving after this batch; press Ctrl-C again to leave at once.")
        control.abort()

    before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(happened: Iterable[events.Event]) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=people, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        for event in happened:
            match event:
                case events.RunStarted():
                    done = event.steps * event.first_epoch // max(1, event.epochs)
                    bar.update(task, description="training", total=event.steps, completed=done)
                case events.StepEnded():
                    bar.update(task, description="training", completed=event.step)
                case events.Progress():
                    bar.update(task, description=event.what, completed=event.done, total=event.total or None)
                case events.EpochEnded():
                    mark = " *" if event.best else ""
                    bar.console.print(
                        f"epoch {event.epoch + 1:>3}  loss {event.train_loss:.3f}  val loss {event.val_loss:.3f}  "
                        f"val accuracy {event.val_accuracy:.3f}{mark}"
                    )
                case events.Warned():
                    bar.console.print(f"[yellow]{_literal(event.message)}[/]")
                case _:
                    pass


def _summary(run: Run, with_test: bool = True) -> dict[str, Any]:
    results = run.results
    return {
        "run_id": run.id,
        "status": run.status.value,
        "seconds": results.get("seconds"),
        "images_per_second": results.get("images_per_second"),
        "epochs": results.get("epochs"),
        "val": run.val,
    } | ({"test": run.test} if with_test else {})


def _told(scores: dict[str, Any] | None) -> str:
    if scores is None:
        return "-"
    return f"{scores['accuracy']:.3f} ({scores['accuracy_low']:.3f} to {scores['accuracy_high']:.3f}, n={scores['n']})"


def _print_json(value: Any) -> None:
    sys.stdout.write(files.dump_json(value) + "\n")
    sys.stdout.flush()


def _literal(text: str) -> str:
    """Text from users, so that none of it is taken for markup or styled."""
    return escape(text.encode("utf-8", "replace").decode())
