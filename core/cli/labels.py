"""`graft labels`: labels that look wrong, and the list of images that are relabelled or left out."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.cli.data import bar
from core.cli.options import (
    DeviceOption,
    FileColumnOption,
    JsonOption,
    LabelColumnOption,
    LabelsOption,
    LayoutOption,
    TaskOption,
    WorkspaceOption,
    reading_of,
    with_edits,
)
from core.cli.show import literal, people, print_json, show
from core.errors import InvalidExperiment
from core.experiment import BUNDLED_BACKBONE, BackboneSpec, Reading
from core.runs.workspace import Workspace, open_workspace
from core.text import percent, short

if TYPE_CHECKING:  # they load the image libraries and torch
    from core.data.dataset import Dataset, Item
    from core.edits import Edit
    from core.screening.suspects import Suspects

MOST_LISTED = 30  # suspicious images; --json lists all


def labels_of(
    data: Annotated[str, typer.Option(help="A folder or zip of class folders, or sample:NAME.")],
    relabel: Annotated[
        list[str] | None,
        typer.Option(metavar="IMAGE=CLASS", help="Give an image another class, such as bird/1.jpg=fruit; repeatable."),
    ] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="IMAGE", help="Leave an image out; repeatable.")] = None,
    undo: Annotated[
        list[str] | None, typer.Option(metavar="IMAGE", help="Take the edit of an image back; repeatable.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Copy the images with their edits to a new folder or zip, by class.")
    ] = None,
    edits: Annotated[bool, typer.Option("--list", help="List the edits, without a search.")] = False,
    backbone: Annotated[str, typer.Option(help="The backbone whose features are used.")] = BUNDLED_BACKBONE,
    device: DeviceOption = "auto",
    layout: LayoutOption = None,
    labels: LabelsOption = None,
    file_column: FileColumnOption = None,
    label_column: LabelColumnOption = None,
    task: TaskOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find labels that look wrong, before any training; relabel images or leave them out, without touching a file."""
    from core.data.edits import EditStore
    from core.data.sources import absolute_source, load_dataset

    reading = reading_of(layout, labels, file_column, label_column, task)
    with open_workspace(workspace) as opened:
        store, source = EditStore(opened.root), absolute_source(data)
        if relabel or exclude or undo:
            with bar() as progress:
                dataset = load_dataset(data, opened.root, progress, reading)
            changes = _changes(dataset, relabel or [], exclude or [])
            store.change(source, lambda before: _changed(before, changes, undo or []))
            edits = True
        if export is not None:
            _export(opened, with_edits(reading, data, opened.root), data, export, as_json)
            return
        if edits:
            _print_edits(store.load(source), as_json)
            return
        _print_suspects(_search(opened, with_edits(reading, data, opened.root), data, backbone, device), as_json)


def _export(workspace: Workspace, reading: Reading, data: str, out: Path, as_json: bool) -> None:
    from core.data.sources import load_dataset
    from core.export.mended import write_mended

    with bar() as progress:
        dataset = load_dataset(data, workspace.root, progress, reading)
    left_out: list[str] = show(write_mended(dataset, out))
    for line in left_out:
        people.print(f"[yellow]{literal(line)}[/]", soft_wrap=True)
    copied = len(dataset.items) - len(left_out)
    if as_json:
        print_json({"out": str(out), "files": copied, "left_out": left_out})
    else:
        Console().print(f"Copied {copied} images to {literal(str(out))}.", soft_wrap=True)


def _search(workspace: Workspace, reading: Reading, data: str, backbone: str, device: str) -> "Suspects":
    from core.planning.experiments import default_experiment
    from core.runs.trial import suspicious_labels
    from core.work.control import Control

    base = default_experiment(data, BackboneSpec(name=backbone))
    plan = base.changed(data=base.data.model_copy(update={"reading": reading}))
    found: Suspects = show(suspicious_labels(plan, workspace, device, Control()))
    return found


def _changes(dataset: "Dataset", relabel: list[str], exclude: list[str]) -> "list[Edit]":
    """The edits that options ask for. Raises `InvalidExperiment`."""
    from core.data.edits import edit_of

    by_name = {item.name: item for item in dataset.items}
    changes = []
    for text in relabel:
        image, equals, classes = text.rpartition("=")
        if not equals:
            raise InvalidExperiment(f"--relabel takes IMAGE=CLASS, such as bird/1.jpg=fruit; got '{short(text)}'.")
        changes.append(edit_of(dataset, _item(by_name, image), classes.split("|") if dataset.several else [classes]))
    return changes + [edit_of(dataset, _item(by_name, image), None) for image in exclude]


def _item(by_name: "dict[str, Item]", image: str) -> "Item":
    if image not in by_name:
        some = ", ".join(short(name) for name in list(by_name)[:3])
        raise InvalidExperiment(
            f"There is no image '{short(image)}' in the data set. Its images are called {some}, ..."
        )
    return by_name[image]


def _changed(before: "tuple[Edit, ...]", changes: "list[Edit]", undo: list[str]) -> "tuple[Edit, ...]":
    """The list after changes. Raises `InvalidExperiment` where there is nothing to take back."""
    from core.data.edits import with_edit, without_edit

    for image in undo:
        if image not in [one.image for one in before]:
            raise InvalidExperiment(f"There is no edit of '{short(image)}'. `graft labels --list` lists them.")
        before = without_edit(before, image)
    for change in changes:
        before = with_edit(before, change)
    return before


def _print_edits(edits: "tuple[Edit, ...]", as_json: bool) -> None:
    if as_json:
        print_json({"edits": [one.model_dump(mode="json") for one in edits]})
        return
    for edit in edits:
        now = "left out" if edit.labels is None else f"now {', '.join(edit.labels) or 'no label'}"
        line = f"{edit.image}: {now} (before: {', '.join(edit.before) or 'no label'})"
        Console().print(literal(line), soft_wrap=True)
    if not edits:
        Console().print("There are no edits.")


def _print_suspects(found: "Suspects", as_json: bool) -> None:
    if as_json:
        ranked = [asdict(one) for one in found.ranked]
        print_json(
            {"images": len(ranked), "suspicious": len(found.suspicious), "accuracy": found.accuracy,
             "unjudged_classes": list(found.unjudged), "ranked": ranked}
        )  # fmt: skip
        return
    for name in found.unjudged:
        people.print(f"[yellow]{literal(f'Class {short(name)} has too few images to be judged.')}[/]", soft_wrap=True)
    table = Table("image", "label", "sure of it", "looks like", "sure of that", box=None, header_style="bold")
    for one in found.suspicious[:MOST_LISTED]:
        table.add_row(
            literal(one.image), literal(one.label), percent(one.confidence), literal(one.other),
            percent(one.other_confidence),
        )  # fmt: skip
    to = Console()
    to.print(table)
    more = len(found.suspicious) - MOST_LISTED
    listed = f" The first {MOST_LISTED} are listed; --json lists all." if more > 0 else ""
    to.print(
        f"{len(found.suspicious)} of {len(found.ranked)} labels look wrong to a probe that was fitted on the other "
        f"images.{listed} Look before you mend: it is right for {percent(found.accuracy)} of the labels.",
        soft_wrap=True,
    )
