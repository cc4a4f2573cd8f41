"""The augmentation lab from a terminal: `graft safety`, `graft augment`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from core.cli.options import DeviceOption, JsonOption, WorkspaceOption
from core.cli.show import literal, people, print_json, show
from core.experiment import BUNDLED_BACKBONE, BackboneSpec, SplitSpec
from core.runs.workspace import Workspace, default_root

if TYPE_CHECKING:  # importing it loads torch
    from core.screening.verdict import Safety

_COLOURS = {"green": "green", "amber": "yellow", "red": "red", "unknown": "blue"}


def safety(
    data: Annotated[str, typer.Option(help="A folder or zip of class folders, or sample:NAME.")],
    augment: Annotated[str, typer.Option(help="A preset, a JSON/YAML file, or one transform, then always applied.")],
    backbone: Annotated[str, typer.Option(help="Whose features judge; see `graft backbones`.")] = BUNDLED_BACKBONE,
    seed: Annotated[int, typer.Option(help="Fixes the split and the views.")] = 0,
    device: DeviceOption = "auto",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Screen what an augmentation does to the labels, before anything is trained."""
    from core.augment.presets import read_screened
    from core.runs.plan import default_experiment
    from core.runs.trial import screen_labels
    from core.training.control import Control

    pipeline = read_screened(augment)
    plan = default_experiment(data, BackboneSpec(name=backbone))
    plan = plan.changed(seed=seed, data=plan.data.model_copy(update={"split": SplitSpec(seed=seed)}))
    room = Workspace(workspace or default_root())
    (found,) = show(screen_labels(plan, room, device, (pipeline,), Control()))
    if as_json:
        print_json(asdict(found))
    else:
        _tell(found)


def augment(
    data: Annotated[str, typer.Option(help="A folder or zip of class folders, or sample:NAME.")],
    augment: Annotated[str, typer.Option(help="none, light, medium, strong, or a JSON/YAML file.")],
    out: Annotated[Path, typer.Option(help="A new folder, or a new .zip file.")],
    copies: Annotated[int, typer.Option(help="Views of each image.")] = 4,
    backbone: Annotated[str, typer.Option(help="Whose input size the copies have.")] = BUNDLED_BACKBONE,
    image_size: Annotated[int | None, typer.Option(help="Side in px; default the backbone's own.")] = None,
    seed: Annotated[int, typer.Option(help="Fixes the views; a training with it sees the same ones.")] = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write augmented copies of every image that may be trained on, with a manifest that says how each was made."""
    from core.augment.presets import read_pipeline
    from core.backbones import catalogue
    from core.data.sources import load_dataset
    from core.export.copies import trainable, write_copies

    pipeline = read_pipeline(augment)
    geometry = catalogue.geometry(catalogue.get(backbone), image_size)
    dataset = load_dataset(data, (workspace or default_root()))
    items = trainable(dataset)
    left_out = show(write_copies(dataset, items, pipeline, geometry, seed=seed, copies=copies, out=out))
    for line in left_out:
        people.print(f"[yellow]{literal(line)}[/]", soft_wrap=True)
    written = (len(items) - len(left_out)) * copies
    if as_json:
        print_json({"out": str(out), "files": written, "left_out": left_out})
    else:
        Console().print(f"Wrote {written} copies of {len(items) - len(left_out)} images to {literal(str(out))}.")


def _tell(found: "Safety") -> None:
    to = Console()
    to.print(f"[bold {_COLOURS[found.verdict]}]{found.verdict}[/]  {literal(found.reason)}", soft_wrap=True)
    table = Table("class", "images", "named rightly", "of that, with augmentation (95 %)", "taken for", box=None,
                  header_style="bold")  # fmt: skip
    for one in found.classes:
        kept = "too few to tell"
        if one.affinity is not None:
            kept = f"{one.affinity:.2f} ({one.affinity_low:.2f} to {one.affinity_high:.2f})"
        other = f"{one.becomes.taken_for} {one.becomes.share:.0%}" if one.becomes else ""
        table.add_row(literal(one.name), str(one.images), f"{one.clean:.0%}", kept, literal(other))
    to.print(table)
    to.print(
        f"A screening of {found.images} training images in {found.views} views each, with frozen features: affinity "
        f"{found.affinity:.2f} ({found.affinity_low:.2f} to {found.affinity_high:.2f}). Only trainings decide.",
        soft_wrap=True,
    )
