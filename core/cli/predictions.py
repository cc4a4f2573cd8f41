"""`graft predict`: a trained model's answers for files and folders, one by one however many there are."""

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
from core.runs.workspace import Workspace, default_root, is_model_folder
from core.text import shown

if TYPE_CHECKING:  # importing it loads torch
    from core.evaluation.predict import Answer, Predictor
    from core.tasks.decision import Decision

MOST_NAMED = 20  # files that are no images; a folder may hold a text beside every image


def predict(
    run: Annotated[str, typer.Argument(help="A run's id, or the folder of an unpacked download.")],
    images: Annotated[list[Path], typer.Argument(help="Images, and folders of them.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Classify images, or all that lie in folders. What cannot be read is named on stderr; the exit code is then 2."""
    from core.evaluation.given import files_of
    from core.evaluation.predict import Predictor

    predictor = Predictor.load(_folder(run, workspace))
    said = _Said()
    answers = said.good(predictor.answers(files_of(images)))
    if as_json:
        _write_json(predictor, answers)
    else:
        for answer in answers:
            told = _answer_text(predictor.decision, answer.probabilities.tolist())  # type: ignore[union-attr]
            line = f"{answer.given.name}  {told}"
            Console().print(literal(line), soft_wrap=True)
    said.end()


def _folder(run: str, workspace: Path | None) -> Path:
    if is_model_folder(run):
        return Path(run)
    opened = Workspace(workspace or default_root())
    return opened.folder(opened.store.run(run).id)


class _Said:
    """What is said on stderr of files without an answer, and what the exit code becomes for it."""

    def __init__(self) -> None:
        self.answered = self.unreadable = self.no_images = 0
        self.notes: dict[str, list[str]] = {}  # how files were read -> their names

    def good(self, answers: Iterator["Answer"]) -> Iterator["Answer"]:
        """The answers, while those that are none are named."""
        for answer in answers:
            if answer.probabilities is not None:
                self.answered += 1
                for note in answer.notes:
                    self.notes.setdefault(note, []).append(answer.given.name)
                yield answer
                continue
            told = literal(f"{answer.given.name}: {answer.reason}")
            if answer.given.wanted:
                self.unreadable += 1
                people.print(f"[bold red]Error:[/] {told}", soft_wrap=True)
            else:
                self.no_images += 1
                if self.no_images <= MOST_NAMED:
                    people.print(f"[yellow]Left out:[/] {told}", soft_wrap=True)

    def end(self) -> None:
        """Exit code 2 when an image could not be read, or when there was none."""
        for note, named in list(self.notes.items())[:MOST_NAMED]:
            more = f" and {len(named) - 1} more" if len(named) > 1 else ""
            people.print(f"[yellow]Note:[/] {literal(f'{named[0]}{more}: {note}')}", soft_wrap=True)
        if len(self.notes) > MOST_NAMED:
            people.print(f"[yellow]Note:[/] {len(self.notes) - MOST_NAMED} more notes on how files were read.")
        if self.no_images > MOST_NAMED:
            people.print(f"{self.no_images - MOST_NAMED} more files are no images and were left out.")
        if not self.answered and not self.unreadable:
            people.print("[bold red]Error:[/] There is no image in what was given. Name images, or a folder of them.")
        if self.unreadable or not self.answered:
            raise typer.Exit(2)


def _write_json(predictor: "Predictor", answers: Iterator["Answer"]) -> None:
    """One list on the last line of stdout, written as it comes."""
    start = "["
    for answer in answers:
        sys.stdout.write(start + files.dump_json(_as_values(predictor, answer)))
        start = ", "
    sys.stdout.write("[]\n" if start == "[" else "]\n")
    sys.stdout.flush()


def _as_values(predictor: "Predictor", answer: "Answer") -> dict[str, Any]:
    classes = map(shown, predictor.classes)  # as `graft data --json` names them
    probabilities = dict(zip(classes, answer.probabilities.tolist(), strict=True))  # type: ignore[union-attr]
    decision = predictor.decision
    names = [shown(name) for name in decision.names(answer.probabilities.tolist())]  # type: ignore[union-attr]
    answered = {"labels": names} if decision.several else {"class": names[0]}
    return {"path": answer.given.name, **answered, "probabilities": probabilities}


def _answer_text(decision: "Decision", probabilities: list[float]) -> str:
    """'cat  97.2%'; with several labels 'cat 97.2%, dog 81.0%', or that there are none."""
    gap = " " if decision.several else "  "
    said = [f"{decision.classes[index]}{gap}{probabilities[index]:.1%}" for index in decision.said(probabilities)]
    return ", ".join(said) or NO_LABEL
