"""The augmentation lab from a terminal: `graft safety`, `graft augment`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.cli.options import DeviceOption, JsonOption, WorkspaceOption
from core.cli.show import literal, people, print_json, show
from core.experiment import BUNDLED_BACKBONE, BackboneSpec, SplitSpec
from core.runs.workspace import Workspace, default_root


def safety(
    data: Annotated[str, typer.Option(help="A folder or zip of class folders, or sample:NAME.")],
    augment: Annotated[str, typer.Option(help="A preset, a JSON/YAML file, or one transform, then always applied.")],
    backbone: Annotated[str, typer.Option(help="Whose features judge; see `graft backbones`.")] = BUNDLED_BACKBONE,
    seed: Annotated[int, typer.Option(help="Fixes the split and the views.")] = 0,
    steps: Annotated[bool, typer.Option("--steps", help="Also each step alone, applied to every view.")] = False,
    sweep: Annotated[bool, typer.Option("--sweep", help="Also at growing strength: where the light turns.")] = False,
    device: DeviceOption = "auto",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Screen what an augmentation does to the labels, before anything is trained."""
    from core.augment.presets import read_screened
    from core.cli.lights import Asker, as_dict, tell
    from core.runs.plan import default_experiment

    pipeline = read_screened(augment)
    plan = default_experiment(data, BackboneSpec(name=backbone))
    plan = plan.changed(seed=seed, data=plan.data.model_copy(update={"split": SplitSpec(seed=seed)}))
    asker = Asker(plan, Workspace(workspace or default_root()), device)
    found = asker.lights(pipeline, steps=steps, sweep=sweep)
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
