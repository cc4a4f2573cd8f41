"""Terminal output: progress bar and errors on stderr, results on stdout."""

import sys
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from core import files
from core.cli.words import in_options
from core.runs.records import Run
from core.tasks.scorecard import Scorecard, format_interval, format_score
from core.text import shown, shown_lines
from core.training import events
from core.training.remaining import Remaining, left_words

people = Console(stderr=True)


def show(event_stream: Iterator[events.Event]) -> Any:
    """Draw a progress bar for events, with a line per epoch; returns the return value of the generator."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        _LeftColumn(),
    )
    remaining = Remaining()
    with Progress(*columns, console=people, transient=True) as bar:
        task = bar.add_task("starting", total=None, left="")
        while True:
            try:
                event = next(event_stream)
            except StopIteration as ended:
                return ended.value
            remaining.take(event)
            _draw(bar, task, event)
            if isinstance(event, events.StepEnded) and (left := remaining.left()):
                bar.update(task, left=left_words(left))


class _LeftColumn(TimeRemainingColumn):
    """The remaining time: estimated by the training itself, otherwise by rich."""

    def render(self, task: Task) -> Text:
        left = task.fields.get("left") if task.description == "training" else ""
        return Text(left) if left else super().render(task)


def _draw(bar: Progress, task: TaskID, event: events.Event) -> None:
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
                f"val {event.score.title.lower()} {format_score(event.score, decimal=True)}{mark}",
                soft_wrap=True,
            )
        case events.Warned():
            bar.console.print(f"[yellow]{literal(event.message)}[/]", soft_wrap=True)
        case _:
            pass


def summary(run: Run, with_test: bool = True) -> dict[str, Any]:
    """A run as one JSON object."""
    results = run.results
    return {
        "run_id": run.id,
        "status": run.status.value,
        "seconds": results.get("seconds"),
        "images_per_second": results.get("images_per_second"),
        "limit": results.get("limit"),
        "waited": results.get("waited"),
        "epochs": results.get("epochs"),
        "kept": results.get("kept"),
        "kept_epoch": results.get("kept_epoch", results.get("best_epoch")),
        "val": run.val.flat() if run.val else None,
    } | ({"test": run.test.flat() if run.test else None} if with_test else {})


def format_scores(scores: Scorecard | None) -> str:
    """The main score with its interval; the name is omitted for accuracy, the usual score."""
    if scores is None:
        return "-"
    main = scores.main
    interval = f"{ends}, " if (ends := format_interval(main, decimal=True)) else ""
    score_name = "" if main.name == "accuracy" else f"{main.title.lower()} "
    note = f"; {literal(main.note)}" if main.note else ""
    return f"{score_name}{format_score(main, decimal=True)} ({interval}n={scores.n}{note})"


def print_json(value: Any) -> None:
    """Print one JSON value as the last line of stdout. Control characters in users' text are escaped."""
    sys.stdout.write(files.dump_json(_visible(value)) + "\n")
    sys.stdout.flush()


def literal(text: str) -> str:
    """Text for the terminal: choices as options, and nothing interpreted as markup or control sequences."""
    return escape(shown_lines(in_options(text)))


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return shown(in_options(value))
    if isinstance(value, dict):
        return {_visible(key): _visible(item) for key, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list | tuple) else value
