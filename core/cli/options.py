"""Options that several commands share."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.show import literal, people
from core.cli.texts import parse_settings, parse_views
from core.errors import DatasetNotFound, InvalidExperiment
from core.experiment import BUNDLED_BACKBONE, Experiment, Reading, Recipe, SplitSpec, parse
from core.optimizers import listed
from core.planning.readings import reading_with
from core.runs.workspace import ENVIRONMENT_VARIABLE, default_root
from core.task import SPECS
from core.text import short

if TYPE_CHECKING:  # imported only by commands that use a pipeline
    from core.augment.exchange.text import ParsedPipeline

LARGEST_SEED = 2**31 - 1  # limit of `Experiment.seed` and of pipeline files

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", envvar=ENVIRONMENT_VARIABLE, help="Where runs live; default ./workspace.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value on the last line of stdout.")]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")]
NearCopiesOption = Annotated[
    str | None,
    typer.Option(
        "--near-copies",
        metavar="keep|group|drop",
        help="Images of one class that look nearly alike: 'group' (default) keeps them in one part of the "
        "split, 'drop' uses one of them, 'keep' uses all as separate images.",
    ),
]
DistinctOption = Annotated[
    list[str] | None,
    typer.Option(
        "--distinct",
        metavar="IMAGE",
        help="An image that is not a near copy of any other, such as cat/1.jpg; repeatable.",
    ),
]

EditsOption = Annotated[
    bool,
    typer.Option(
        "--edits/--no-edits",
        help="Whether images are relabelled and left out as in this workspace (see `graft labels`).",
    ),
]
LayoutOption = Annotated[
    str | None,
    typer.Option(
        help="How to read the folder if that is unclear: folders (they are the classes), parts (train, val, test), "
        "inner (folders in folders), innermost, csv, filenames, only:NAME or without:NAME."
    ),
]
LabelsOption = Annotated[str | None, typer.Option(help="A CSV, TSV or JSONL file with labels, in the data folder.")]
FileColumnOption = Annotated[str | None, typer.Option(help="Its column with the names of the files.")]
LabelColumnOption = Annotated[str | None, typer.Option(help="Its column with the classes.")]

TASKS = ("auto", *SPECS)
TaskOption = Annotated[
    str | None,
    typer.Option(
        "--task", metavar="|".join(TASKS),
        help="One class per image, or any number of labels; 'auto' (default): detected from the table of labels.",
    ),
]  # fmt: skip


def reading_of(
    layout: str | None, labels: str | None, file_column: str | None, label_column: str | None, task: str | None = None
) -> Reading:
    """How a data set is read with these options, else as it is found. Raises `InvalidExperiment`."""
    return reading_with(reading_fields(layout, labels, file_column, label_column, task))


def with_edits(reading: Reading, data: str, workspace: Path | None, *, wanted: bool = True) -> Reading:
    """The reading with the edits of the workspace, and a message that there are some. Raises `InvalidExperiment` where
    the list is damaged."""
    if not wanted or reading.edits:
        return reading
    from core.data.edits import EditStore
    from core.data.sources import absolute_source

    try:
        source = absolute_source(data)
    except DatasetNotFound:  # whoever reads it says so
        return reading
    edits = EditStore(workspace or default_root()).load(source)
    if not edits:
        return reading
    count = "1 edit" if len(edits) == 1 else f"{len(edits)} edits"
    people.print(f"With {count} of this workspace (`graft labels`; --no-edits: without).", soft_wrap=True)
    return reading.model_copy(update={"edits": edits})


def reading_fields(
    layout: str | None, labels: str | None, file_column: str | None, label_column: str | None, task: str | None
) -> dict[str, str]:
    """The fields of `Reading` that the options set, checked. Raises `InvalidExperiment` that names the option."""
    if layout is not None:
        _check(layout)
    if task not in (None, *TASKS):
        raise InvalidExperiment(f"--task takes {', '.join(TASKS[:-1])} or {TASKS[-1]}; got '{short(task or '')}'.")
    options = {
        "layout": layout, "labels": labels, "file_column": file_column, "label_column": label_column, "task": task,
    }  # fmt: skip
    fields = {name: value for name, value in options.items() if value is not None}
    reading_with(fields, layout_option="--layout")
    return fields


def _check(layout: str) -> None:
    try:
        parse(Reading, {"layout": layout})
    except InvalidExperiment as error:
        layouts = "auto, folders, parts, inner, innermost, csv, filenames, only:NAME or without:NAME"
        raise InvalidExperiment(f"--layout takes {layouts}; got '{short(layout)}'.") from error


def split_with(base: SplitSpec, near_copies: str | None, distinct: list[str] | None) -> SplitSpec:
    """`base` with the two options applied, if given. Raises `InvalidExperiment`."""
    options = {"near_copies": near_copies, "distinct": tuple(distinct) if distinct else None}
    return parse(SplitSpec, base.model_dump() | {name: value for name, value in options.items() if value is not None})


def seed_option(help_text: str) -> Any:
    """A seed option, limited to seeds that experiments and pipeline files can hold."""
    return typer.Option(help=help_text, min=0, max=LARGEST_SEED)


def take_pipeline_option(preset_or_file: str) -> "ParsedPipeline":
    """The pipeline of an option; prints notes on what was left out. Raises like `take_pipeline`."""
    from core.augment.presets import take_pipeline

    parsed = take_pipeline(preset_or_file)
    for note in parsed.notes:
        people.print(f"[yellow]{literal(note)}[/]", soft_wrap=True)
    return parsed


def seed_of(parsed: "ParsedPipeline", seed: int | None) -> int:
    """`seed`, else the seed of the pipeline file, else 0."""
    return (parsed.seed or 0) if seed is None else seed


def describes_an_experiment(command: Callable[..., None]) -> Callable[..., None]:
    """Decorator: add the options that describe an experiment to `command`, which receives it as `plan`."""
    shared = inspect.signature(_plan, eval_str=True).parameters
    own = inspect.signature(command, eval_str=True).parameters
    every = [*shared.values(), *(option for name, option in own.items() if name != "plan")]

    @functools.wraps(command)
    def with_options(**options: object) -> None:
        provided = {name: options.pop(name) for name in shared if name != "edits"}
        plan = _edited(_plan(**provided), options.get("workspace"), wanted=bool(options.pop("edits")))  # type: ignore[arg-type]
        command(plan=plan, **options)

    # typer inspects these
    with_options.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    with_options.__annotations__ = {option.name: option.annotation for option in every}
    return with_options


def _edited(plan: Experiment, workspace: Path | None, *, wanted: bool) -> Experiment:
    """The experiment with the edits of the workspace; as it is, if it has seen its images."""
    if plan.data.fingerprint:
        return plan
    reading = with_edits(plan.data.reading, plan.data.source, workspace, wanted=wanted)
    return plan.changed(data=plan.data.model_copy(update={"reading": reading}))


def _plan(
    data: Annotated[str | None, typer.Option(help="A folder or zip of class folders, or sample:NAME.")] = None,
    backbone: Annotated[str | None, typer.Option(help=f"See `graft backbones`; default {BUNDLED_BACKBONE}.")] = None,
    weights: Annotated[str | None, typer.Option(help="default (pretrained), none, or a safetensors file.")] = None,
    phase: Annotated[
        list[str] | None,
        typer.Option(
            help="STAGES:EPOCHS[:LR], repeatable. STAGES: head, all, a stage and all after it, or a,b,c. "
            "head:EPOCHS:solve fits the head with L-BFGS on kept features."
        ),
    ] = None,
    augment: Annotated[str | None, typer.Option(help="none, light, medium, strong, or a JSON/YAML file.")] = None,
    views: Annotated[str | None, typer.Option(help="Fixed views per image, or 'fresh'.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images per optimisation step.")] = None,
    image_size: Annotated[int | None, typer.Option(help="Side of the input in px; default the weights' own.")] = None,
    optimizer: Annotated[str | None, typer.Option(help=f"{listed()}.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="recipe.FIELD=VALUE",
            help=f"Any field of the recipe, repeatable. FIELD: {', '.join(Recipe.model_fields)}.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        seed_option("Fixes the new head, the order and the views; default the one in --augment's file, else 0."),
    ] = None,
    near_copies: NearCopiesOption = None,
    distinct: DistinctOption = None,
    experiment: Annotated[Path | None, typer.Option(help="An experiment file; other options change it.")] = None,
    layout: LayoutOption = None,
    labels: LabelsOption = None,
    file_column: FileColumnOption = None,
    label_column: LabelColumnOption = None,
    task: TaskOption = None,
    edits: EditsOption = True,
) -> Experiment:
    """The experiment described by the options, based on the experiment file or the default; its edits come later."""
    del edits
    from core.planning.experiments import default_experiment
    from core.planning.options import adjusted

    if experiment is not None:
        base = Experiment.from_file(experiment)
    elif data is not None:
        base = default_experiment(data)
    else:
        raise InvalidExperiment("Say which images: --data FOLDER, --data sample:stamps, or --experiment FILE.")
    parsed = None if augment is None else take_pipeline_option(augment)
    split = split_with(base.data.split, near_copies, distinct)
    base = base.changed(data=base.data.model_copy(update={"split": split}))
    return adjusted(
        base, data=data, backbone=backbone, weights=weights, phase=phase, image_size=image_size,
        views=None if views is None else parse_views(views),
        reading=reading_fields(layout, labels, file_column, label_column, task),
        pipeline=None if parsed is None else parsed.spec,
        recipe={"batch_size": batch_size, "optimizer": optimizer} | parse_settings(settings or ()),
        seed=parsed.seed if parsed and seed is None else seed,  # None: keep that of `base`
    )  # fmt: skip
