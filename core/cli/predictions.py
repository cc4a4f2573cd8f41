"""`graft predict`: predictions for files and folders, streamed one by one."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from core import files
from core.cli.options import JsonOption, WorkspaceOption
from core.cli.show import literal, people
from core.data.dataset import NO_LABEL
from core.runs.workspace import model_folder
from core.text import percent, shown

if TYPE_CHECKING:  # importing it loads torch
    from core.evaluation.predict import Answer, Predictor
    from core.tasks.decision import Decision

MOST_NAMED = 20  # maximum number of listed non-image files


def predict(
    run: Annotated[str, typer.Argument(help="A run's id, or the folder of an unpacked download.")],
    images: Annotated[list[Path], typer.Argument(help="Images, and folders of them.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Classify images and folders of images. Unreadable files are reported on stderr, with exit code 2."""
    from core.evaluation.given import files_of
    from core.evaluation.predict import Predictor

    predictor = Predictor.load(model_folder(run, workspace))
    reporter = _Reporter()
    answers = reporter.with_probabilities(predictor.answers(files_of(images)))
    if as_json:
        _write_json(predictor, answers)
    else:
        for answer in answers:
            prediction_text = _answer_text(predictor.decision, answer.probabilities.tolist())  # type: ignore[union-attr]
            line = f"{answer.given.name}  {prediction_text}"
            Console().print(literal(line), soft_wrap=True)
    reporter.end()


class _Reporter:
    """Reports files without a prediction on stderr and determines the exit code."""

    def __init__(self) -> None:
        self.answered = self.unreadable = self.no_images = 0
        self.notes: dict[str, list[str]] = {}  # note on decoding -> file names

    def with_probabilities(self, answers: Iterator["Answer"]) -> Iterator["Answer"]:
        """Yield the predictions, reporting files without one."""
        for answer in answers:
            if answer.probabilities is not None:
                self.answered += 1
                for note in answer.notes:
                    self.notes.setdefault(note, []).append(answer.given.name)
                yield answer
                continue
            message = literal(f"{answer.given.name}: {answer.reason}")
            if answer.given.wanted:
                self.unreadable += 1
                people.print(f"[bold red]Error:[/] {message}", soft_wrap=True)
            elif answer.given.hidden:  # one line for each folder: never lost among files that are no images
                people.print(f"[yellow]Left out:[/] {message}", soft_wrap=True)
            else:
                self.no_images += 1
                if self.no_images <= MOST_NAMED:
                    people.print(f"[yellow]Left out:[/] {message}", soft_wrap=True)

    def end(self) -> None:
        """Print notes; exit with code 2 if an image could not be read, or if there was none."""
        for note, file_names in list(self.notes.items())[:MOST_NAMED]:
            more = f" and {len(file_names) - 1} more" if len(file_names) > 1 else ""
            people.print(f"[yellow]Note:[/] {literal(f'{file_names[0]}{more}: {note}')}", soft_wrap=True)
        if len(self.notes) > MOST_NAMED:
            people.print(f"[yellow]Note:[/] {len(self.notes) - MOST_NAMED} more notes on how files were read.")
        if self.no_images > MOST_NAMED:
            people.print(f"{self.no_images - MOST_NAMED} more files are no images and were left out.")
        if not self.answered and not self.unreadable:
            people.print(
                "[bold red]Error:[/] There is no image among the given files. Name images, or a folder of them.",
                soft_wrap=True,
            )
        if self.unreadable or not self.answered:
            raise typer.Exit(2)


def _write_json(predictor: "Predictor", answers: Iterator["Answer"]) -> None:
    """One JSON list on the last line of stdout, written incrementally."""
    start = "["
    for answer in answers:
        sys.stdout.write(start + files.dump_json(_as_values(predictor, answer)))
        start = ", "
    sys.stdout.write("[]\n" if start == "[" else "]\n")
    sys.stdout.flush()


def _as_values(predictor: "Predictor", answer: "Answer") -> dict[str, Any]:
    classes = map(shown, predictor.classes)  # the same names as in `graft data --json`
    probabilities = dict(zip(classes, answer.probabilities.tolist(), strict=True))  # type: ignore[union-attr]
    decision = predictor.decision
    names = [shown(name) for name in decision.names(answer.probabilities.tolist())]  # type: ignore[union-attr]
    prediction = {"labels": names} if decision.several else {"class": names[0]}
    return {"path": answer.given.name, **prediction, "probabilities": probabilities}


def _answer_text(decision: "Decision", probabilities: list[float]) -> str:
    """'cat  97.2 %'; with several labels 'cat 97.2 %, dog 81.0 %', or a text for none."""
    gap = " " if decision.several else "  "
    labels = [
        f"{decision.classes[index]}{gap}{percent(probabilities[index], 1)}"
        for index in decision.predicted(probabilities)
    ]
    return ", ".join(labels) or NO_LABEL
