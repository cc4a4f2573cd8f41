"""The augmentation lab from a terminal: `graft safety`, `graft augment`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from core.cli.data import bar, print_report_of, print_report_of_split
from core.cli.options import (
    DeviceOption,
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
    seed_of,
    seed_option,
    split_with,
    take_pipeline_option,
    with_edits,
)  # fmt: skip
from core.cli.show import literal, people, print_json, show
from core.experiment import BUNDLED_BACKBONE, BackboneSpec, SplitSpec, parse
from core.runs.workspace import default_root, open_workspace

if TYPE_CHECKING:
    from core.augment.exchange.text import ParsedPipeline


def safety(
    data: Annotated[str, typer.Option(help="A folder or zip of class folders, or sample:NAME.")],
    augment: Annotated[str, typer.Option(help="A preset, a JSON/YAML file, or one transform, then always applied.")],
    backbone: Annotated[
        str, typer.Option(help="The backbone whose features are used; see `graft backbones`.")
    ] = BUNDLED_BACKBONE,
    seed: Annotated[
        int | None, seed_option("Fixes the split and the views; default 0, for the views the one in the file.")
    ] = None,
    near_copies: NearCopiesOption = None,
    distinct: DistinctOption = None,
    steps: Annotated[
        bool, typer.Option("--steps/--no-steps", help="Also check each step alone, with p=1; the worst one decides.")
    ] = True,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Also check at growing strength, to find where the light changes.")
    ] = False,
    device: DeviceOption = "auto",
    layout: LayoutOption = None,
    labels: LabelsOption = None,
    file_column: FileColumnOption = None,
    label_column: LabelColumnOption = None,
    task: TaskOption = None,
    edits: EditsOption = True,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check before training whether an augmentation preserves the labels."""
    from core.cli.lights import SafetyChecker, as_dict, print_lights
    from core.planning.experiments import default_experiment

    parsed = _screened(augment)
    plan = default_experiment(data, parse(BackboneSpec, {"name": backbone}))
    # as in a training, the file's seed is used for views but not for the split
    split = split_with(SplitSpec(seed=seed or 0), near_copies, distinct)
    reading = with_edits(reading_of(layout, labels, file_column, label_column, task), data, workspace, wanted=edits)
    images = plan.data.model_copy(update={"split": split, "reading": reading})
    plan = plan.changed(seed=seed_of(parsed, seed), data=images)
    with open_workspace(workspace) as opened:
        print_report_of(plan.data, opened.root)
        found = SafetyChecker(plan, opened, device).lights(parsed.spec, steps=steps, sweep=sweep)
    if as_json:
        print_json(as_dict(found))
    else:
        print_lights(found)


def augment(
    data: Annotated[str, typer.Option(help="A folder or zip of class folders, or sample:NAME.")],
    augment: Annotated[str, typer.Option(help="none, light, medium, strong, or a JSON/YAML file.")],
    out: Annotated[Path, typer.Option(help="A new folder, or a new .zip file.")],
    copies: Annotated[int, typer.Option(help="Views of each image.")] = 4,
    backbone: Annotated[str, typer.Option(help="The backbone whose input size is used.")] = BUNDLED_BACKBONE,
    image_size: Annotated[int | None, typer.Option(help="Side in px; default the backbone's own.")] = None,
    seed: Annotated[
        int | None,
        seed_option(
            "Fixes the views; default the one in the file, else 0. A training with this seed sees the same views, "
            "except for steps that use other images: all copied ones here, the training images there."
        ),
    ] = None,
    near_copies: NearCopiesOption = None,
    distinct: DistinctOption = None,
    layout: LayoutOption = None,
    labels: LabelsOption = None,
    file_column: FileColumnOption = None,
    label_column: LabelColumnOption = None,
    task: TaskOption = None,
    edits: EditsOption = True,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write augmented copies of all training images, with a manifest of how each was made."""
    from core.backbones import catalogue
    from core.data.sources import load_dataset
    from core.data.split import make_split
    from core.export.copies import trainable, write_copies

    parsed = take_pipeline_option(augment)
    geometry = catalogue.geometry(catalogue.get(backbone), image_size)
    reading = with_edits(reading_of(layout, labels, file_column, label_column, task), data, workspace, wanted=edits)
    with bar() as progress:
        dataset = load_dataset(data, (workspace or default_root()), progress, reading)
        split = make_split(dataset, split_with(SplitSpec(), near_copies, distinct), progress=progress)
    print_report_of_split(dataset, split)
    items = trainable(dataset, split)
    left_out = show(
        write_copies(dataset, items, parsed.spec, geometry, seed=seed_of(parsed, seed), copies=copies, out=out)
    )
    for line in left_out:
        people.print(f"[yellow]{literal(line)}[/]", soft_wrap=True)
    written = (len(items) - len(left_out)) * copies
    if as_json:
        print_json({"out": str(out), "files": written, "left_out": left_out})
    else:
        told = f"Wrote {written} copies of {len(items) - len(left_out)} images to {literal(str(out))}."
        Console().print(told, soft_wrap=True)


def _screened(augment: str) -> "ParsedPipeline":
    """Like `take_pipeline_option`; the name of a transform gives a pipeline of that transform alone, with p=1."""
    from core.augment.catalogue import TRANSFORMS
    from core.augment.exchange.text import ParsedPipeline
    from core.augment.presets import read_screened

    return ParsedPipeline(read_screened(augment)) if augment in TRANSFORMS else take_pipeline_option(augment)
