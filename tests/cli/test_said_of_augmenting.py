"""What `graft safety`, `augment` and `pipeline` say, word for word in `said_of_augmenting.txt`. Nothing is computed."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.augment import saved
from core.augment.presets import CHOICES
from core.augment.steps import describe
from core.cli import lights
from core.data import sources
from core.data.sources import load_dataset
from core.experiment import PipelineSpec, Step
from core.export import copies
from core.runs import trial
from core.screening.verdict import ClassSafety, Confusion, Safety, Verdict
from core.work.progress import Progress
from tests.cli.said import Told
from tests.cli.test_commands import graft  # noqa: F401 - a fixture
from tests.recorded import Recorded

RECORDED = Recorded(Path(__file__).with_name("said_of_augmenting.txt"))
READING = "--layout parts --task classification --near-copies keep --distinct a/1.png"
SAFETY = "safety --data DIVIDED --augment"
COPIES = "augment --data DIVIDED --out NEW --augment"
LINES = (
    f"{SAFETY} medium",
    f"{SAFETY} medium --json",
    f"{SAFETY} medium --no-steps",
    f"{SAFETY} medium --no-steps --json",
    f"{SAFETY} light --sweep",
    f"{SAFETY} light --sweep --no-steps --json",
    f"{SAFETY} HorizontalFlip",
    f"{SAFETY} HorizontalFlip --sweep",
    f"{SAFETY} none",
    f"{SAFETY} FILE --no-steps",
    f"{SAFETY} FILE --no-steps --seed 4",
    f"{SAFETY} light --no-steps --backbone resnet18 --device cuda:2 --seed 9 {READING} --workspace ELSEWHERE",
    f"{SAFETY} new",
    f"{SAFETY} light --layout csv --labels l.csv --file-column f --label-column c",
    f"{SAFETY} HorizontalFlop",
    f"{SAFETY} light --backbone resnet5",
    "safety --data DIVIDED",
    "safety --augment light",
    f"{COPIES} light",
    f"{COPIES} light --json",
    f"{COPIES} FILE --copies 3 --backbone resnet18 --image-size 48 {READING} --workspace ELSEWHERE",
    f"{COPIES} FILE --seed 4 --copies 1",
    f"{COPIES} lost",
    f"{COPIES} light --layout csv --labels l.csv --file-column f --label-column c",
    f"{COPIES} light --image-size 5",
    "augment --data DIVIDED --augment light",
    "pipeline",
    "pipeline --workspace ELSEWHERE",
    "pipeline --as json",
    "pipeline --out NEW",
    *(f"pipeline {preset.name}" for preset in CHOICES),
    "pipeline light --as graft",
    "pipeline light --as python",
    "pipeline light --as json",
    "pipeline light --as yaml --seed 8",
    "pipeline medium --as python --backbone resnet18 --image-size 64 --seed 5",
    "pipeline FILE --as json",
    "pipeline FILE --as python",
    "pipeline MIX --as json",
    "pipeline MIX --as graft",
    "pipeline light --as yml",
    "pipeline light --out NEW",
    "pipeline light --out FILE",
    "pipeline light --backbone resnet5",
    "pipeline nothing",
)

PARTS = (
    ClassSafety("[c]old", 6, 0.8334, 0.9512, 0.61, 1.04, 0.125, 0.0, Confusion("[c]old", "m[i]ld", 0.1249)),
    ClassSafety("mild", 3, 0.6667, None, 0.0, 1.0, 0.5, 0.25, None),
)


def safety(verdict, affinity, reason, *, views=8):
    return Safety(
        verdict, reason, 11, views, 0.75, affinity, affinity - 0.0625, affinity + 0.03125, 0.2, 0.3, PARTS,
        (Confusion("mild", "cold", 0.375),), (), (),
    )  # fmt: skip


FOUND = (
    safety(Verdict.AMBER, 0.8437, "[Some] of it."), safety(Verdict.GREEN, 0.97, "Fine."),
    safety(Verdict.RED, 0.41, "Lost [1]."), safety(Verdict.UNKNOWN, 0.5, "Who knows."),
    safety(Verdict.RED, 0.26, "Lost too."),
)  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A pipeline with a seed of its own, and one with a step that only Graft can read."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "FILE").write_text(
        '{"transform": {"__class_fullname__": "Compose", "p": 1.0, "seed": 7, "transforms": ['
        '{"__class_fullname__": "HorizontalFlip", "p": 0.25}, {"__class_fullname__": "Normalize", "p": 1.0}]}}'
    )
    (folder / "MIX").write_text("steps:\n- transform: FDA\n- transform: VerticalFlip\n  p: 0.5\nstrength: 0.75\n")
    return folder


@pytest.fixture
def told(graft, divided, files, tmp_path, monkeypatch):  # noqa: F811
    places = {"DIVIDED": divided, "WORKSPACE": tmp_path / "workspace", "ELSEWHERE": tmp_path / "elsewhere"}
    tell = Told(graft, places | {"FILE": files / "FILE", "MIX": files / "MIX", "NEW": tmp_path / "new"})
    flips = PipelineSpec(steps=(Step(transform="HorizontalFlip", p=0.25),))
    saved.save(tmp_path / "workspace", "my [flips]", flips)
    (saved.listed(tmp_path / "workspace")[0].path.parent / "broken.yaml").write_text("steps: 3\n")
    monkeypatch.setenv("COLUMNS", "200")
    _ask_only(tell, monkeypatch)
    return tell


def _ask_only(tell, monkeypatch):
    """Label safety that is known, but for the one step 'new', and copies that are written nowhere."""

    class Known:
        def __init__(self, root):
            tell.ask("kept in", root)

        def all(self, about, pipelines):
            tell.ask("  of", about.split, about.backbone.name, about.seed, about.device, about.views)
            for one in pipelines:
                tell.ask("   ", one.strength, "; ".join(describe(step, one.strength) for step in one.steps))
            if about.views == 8 and len(pipelines) == 1 and about.seed == 7:
                return None
            return tuple(FOUND[number % len(FOUND)] for number in range(len(pipelines)))

    def screened(experiment, workspace, device, pipelines, control, views):
        tell.ask("screen_labels", experiment.seed, workspace.root, device, len(pipelines), views)
        yield Progress(what="looking", done=0, total=1)
        return tuple(replace(FOUND[0], views=1) for _ in pipelines)

    def written(dataset, items, pipeline, geometry, *, seed, copies, out):
        tell.ask("write_copies", dataset.name, len(items), len(pipeline.steps), geometry, seed, copies, out)
        yield Progress(what="writing", done=0, total=1)
        return [f"{one.name}: has [gone]." for one in items[:2]] if copies != 1 else []

    def loaded(source, root, progress, reading):
        tell.ask("load_dataset", source, root, reading)
        return load_dataset(source, root, progress, reading)

    for place in (sources, lights):
        monkeypatch.setattr(place, "load_dataset", loaded)
    monkeypatch.setattr(lights, "kept_in", Known)
    monkeypatch.setattr(trial, "screen_labels", screened)
    monkeypatch.setattr(copies, "write_copies", written)


def without_copies(text):
    """Of a script the part that is made for the pipeline; the rest are copies of this program's own files."""
    head, mark, rest = text.partition("  # The pipeline.")
    return head.partition("\n  ")[0] + "\n" + mark + rest.partition("\n\n\n")[0] if mark else text


@pytest.mark.parametrize("line", LINES)
def test_a_command_says_of_augmenting_what_it_always_said(told, line):
    RECORDED.check(line, without_copies(told(line)))


def test_nothing_else_is_recorded():
    RECORDED.check_all_are_used(LINES)


def test_what_is_printed_is_what_is_written(told, tmp_path):
    assert told("pipeline light --as json --out NEW") == f"exit code 0\nstdout:\n  Wrote {tmp_path / 'new'}.".replace(
        str(tmp_path / "new"), "NEW"
    )
    assert told("pipeline light --as json") == "\n".join(
        ["exit code 0", "stdout:", *(f"  {line}".rstrip() for line in (tmp_path / "new").read_text().splitlines())]
    )
