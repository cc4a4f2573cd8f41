"""`graft pipeline`: list, convert and export pipelines."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from core import files
from core.cli.options import WorkspaceOption, seed_of, seed_option, take_pipeline_option
from core.cli.show import literal, people
from core.errors import InvalidInput, unknown_name
from core.experiment import BUNDLED_BACKBONE, PipelineSpec
from core.runs.workspace import default_root

if TYPE_CHECKING:
    from core.data.geometry import Geometry

FORMS = ("graft", "python", "json", "yaml")


def pipeline(
    source: Annotated[str | None, typer.Argument(help="A preset, or a JSON/YAML file; none: list them.")] = None,
    form: Annotated[
        str | None, typer.Option("--as", help="graft (YAML), python, or Albumentations' json or yaml.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A new file; none: print it.")] = None,
    backbone: Annotated[str, typer.Option(help="The backbone whose input size is used.")] = BUNDLED_BACKBONE,
    image_size: Annotated[int | None, typer.Option(help="Side in px; default the backbone's own.")] = None,
    seed: Annotated[int | None, seed_option("Fixes the views; default the one in the file, else 0.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Convert a pipeline from or to other programs' formats, or list the presets and the saved ones."""
    from core.backbones import catalogue

    if source is None:
        if form is not None or out is not None:
            raise InvalidInput("Say which pipeline: graft pipeline FILE|PRESET --as python --out FILE.")
        _list(workspace or default_root())
        return
    if form is not None and form not in FORMS:
        raise InvalidInput(unknown_name("format", form, FORMS))
    parsed = take_pipeline_option(source)
    geometry = catalogue.geometry(catalogue.get(backbone), image_size)
    text, only_graft_steps = _written(parsed.spec, form or "graft", geometry, seed_of(parsed, seed))
    if only_graft_steps:
        people.print(f"[yellow]{literal('Only Graft can read: ' + ', '.join(only_graft_steps))}.[/]", soft_wrap=True)
    _output(text, out)


def _written(spec: PipelineSpec, form: str, geometry: "Geometry", seed: int) -> tuple[str, tuple[str, ...]]:
    """A pipeline as text, and the steps that other programs cannot read in it."""
    from core.augment.exchange.text import dump_albumentations, only_graft
    from core.augment.presets import dump_pipeline

    if form == "graft":
        return dump_pipeline(spec), ()
    if form == "python":
        from core.augment.code import python_code  # imports albumentations

        return python_code(spec, geometry, seed), ()
    text = dump_albumentations(spec, geometry, seed, "json" if form == "json" else "yaml")
    return text, only_graft(spec, geometry)


def _output(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    if os.path.exists(out):  # unlike Path.exists it returns False for invalid file names
        raise InvalidInput(f"{out} exists already. Choose another name; nothing was written.")
    files.write_text(out, text)
    Console().print(f"Wrote {literal(str(out))}.", soft_wrap=True)


def _list(workspace: Path) -> None:
    from core.augment import saved
    from core.augment.presets import CHOICES
    from core.augment.steps import summarise

    to = Console()
    table = Table("preset", "steps", box=None, header_style="bold")
    for preset in CHOICES:
        table.add_row(preset.name, summarise(preset.pipeline))
    to.print(table)
    saved_pipelines = saved.listed(workspace)
    to.print(f"\n{len(saved_pipelines) or 'None'} saved in {literal(str(workspace))}.", soft_wrap=True)
    for one in saved_pipelines:
        description = summarise(one.pipeline) if one.pipeline is not None else one.problem
        to.print(f"[bold]{literal(one.name)}[/]  {literal(description)}\n  {literal(str(one.path))}", soft_wrap=True)
