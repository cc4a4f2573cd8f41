"""The augmentation lab from a terminal: `graft safety`, `graft augment`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from core.cli.data import tell_known, tell_read
from core.cli.options import (
    DeviceOption,
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
    seed_of,
    seed_option,
    split_with,
    take,
)  # fmt: skip
from core.cli.show import literal, people, print_json, show
from core.experiment import BUNDLED_BACKBONE, BackboneSpec, SplitSpec
from core.runs.workspace import Workspace, default_root

if TYPE_CHECKING:
    from core.augment.exchange.text import ParsedPipeline


def safety(
    data: Annotated[str, typer.Option(help="A folder or zip of class folders, or sample:NAME.")],
    augment: Annotated[str, typer.Option(help="A preset, a JSON/YAML file, or one transform, then always applied.")],
    backbone: Annotated[str, typer.Option(help="Whose features judge; see `graft backbones`.")] = BUNDLED_BACKBONE,
    seed: Annotated[
        int | None, seed_option("Fixes the split and the views; default 0, for the views the one in the file.")
    ] = None,
    near_copies: NearCopiesOption = None,
    distinct: DistinctOption = None,
    steps: Annotated[
        bool, typer.Option("--steps/--no-steps", help="Also each step alone, applied to every view; the worst speaks.")
    ] = True,
    sweep: Annotated[bool, typer.Option("--sweep", help="Also at growing strength: where the light turns.")] = False,
    device: DeviceOption = "auto",
    layout: LayoutOption = None,
    labels: LabelsOption = None,
    file_column: FileColumnOption = None,
    label_column: LabelColumnOption = None,
    task: TaskOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Screen what an augmentation does to the labels, before anything is trained."""
    from core.cli.lights import Asker, as_dict, tell
    from core.planning.experiments import default_experiment

    taken = _screened(augment)
    plan = default_experiment(data, BackboneSpec(name=backbone))
    # a training takes the file's seed for its views, and divides the images as ever
    split = split_with(SplitSpec(seed=seed or 0), near_copies, distinct)
    reading = reading_of(layout, labels, file_column, label_column, task)
    images = plan.data.model_copy(update={"split": split, "reading": reading})
    plan = plan.changed(seed=seed_of(taken, seed), data=images)
    tell_read(plan.data, workspace or default_root())
    asker = Asker(plan, Workspace(workspace or default_root()), device)
    found = asker.lights(taken.spec, steps=steps, sweep=sweep)
    if as_json:
        print_json(as_dict(found))
    else:
        tell(found)


def augment(
    data: Annotated[str, typer.Option(help="A folder or zip of class folders, or sample:NAME.")],
    augment: Annotated[str, typer.Option(help="none, light, medium, strong, or a JSON/YAML file.")],
    out: Annotated[Path, typer.Option(help="A new folder, or a new .zip file.")],
    copies: Annotated[int, typer.Option(help="Views of each image.")] = 4,
    backbone: Annotated[str, typer.Option(help="Whose input size the copies have.")] = BUNDLED_BACKBONE,
    image_size: Annotated[int | None, typer.Option(help="Side in px; default the backbone's own.")] = None,
    seed: Annotated[
        int | None,
        seed_option(
            "Fixes the views; default the one in the file, else 0. A training with it sees the same ones, except where "
            "a step looks at other images: here at all that are copied, there at those it trains on."
        ),
    ] = None,
    near_copies: NearCopiesOption = None,
    distinct: DistinctOption = None,
    layout: LayoutOption = None,
    labels: LabelsOption = None,
    file_column: FileColumnOption = None,
    label_column: LabelColumnOption = None,
    task: TaskOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write augmented copies of every image that may be trained on, with a manifest that says how each was made."""
    from core.backbones import catalogue
    from core.data.sources import load_dataset
    from core.data.split import make_split
    from core.export.copies import trainable, write_copies

    taken = take(augment)
    geometry = catalogue.geometry(catalogue.get(backbone), image_size)
    reading = reading_of(layout, labels, file_column, label_column, task)
    dataset = load_dataset(data, (workspace or default_root()), reading=reading)
    split = make_split(dataset, split_with(SplitSpec(), near_copies, distinct))
    tell_known(dataset, split)
    items = trainable(dataset, split)
    left_out = show(
        write_copies(dataset, items, taken.spec, geometry, seed=seed_of(taken, seed), copies=copies, out=out)
    )
    for line in left_out:
        people.print(f"[yellow]{literal(line)}[/]", soft_wrap=True)
    written = (len(items) - len(left_out)) * copies
    if as_json:
        print_json({"out": str(out), "files": written, "left_out": left_out})
    else:
        Console().print(f"Wrote {written} copies of {len(items) - len(left_out)} images to {literal(str(out))}.")


def _screened(augment: str) -> "ParsedPipeline":
    """As `take`; the name of a transform is a pipeline of it alone, applied to every view."""
    from core.augment.catalogue import TRANSFORMS
    from core.augment.exchange.text import ParsedPipeline
    from core.augment.presets import read_screened

    return ParsedPipeline(read_screened(augment)) if augment in TRANSFORMS else take(augment)
