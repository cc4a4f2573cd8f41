"""What each option of a training, an estimate or a search for a rate changes, word for word in `said_of_plans.txt`.

Nothing is trained: what the engine is asked is written down as its difference to the default experiment.
"""

import inspect
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.cli.options import _plan
from core.errors import InvalidInput
from core.experiment import DataSpec, Phase, Reading
from core.runs import execute, prepare, trial
from core.training import device
from core.training.estimate import Estimate
from core.training.sweep import Sweep
from core.work.progress import Progress
from tests.cli.said import Told
from tests.cli.test_commands import graft  # noqa: F401 - a fixture
from tests.conftest import make_experiment
from tests.recorded import Recorded

RECORDED = Recorded(Path(__file__).with_name("said_of_plans.txt"))
TABLE = "--layout csv --labels l.csv --file-column f --label-column c --task multilabel"
OPTIONS = (
    "",
    "--backbone resnet18",
    "--backbone resnet18 --weights none",
    "--weights none",
    "--weights w.safetensors",
    "--phase head:3:solve --phase all:4:2e-5 --phase head:2",
    "--augment none",
    "--views fresh",
    "--augment strong",
    "--augment FILE",
    "--augment FILE --seed 4",
    "--views 5",
    "--batch-size 7",
    "--image-size 96",
    "--optimizer sgd",
    "--set recipe.mixup=0.3 --set recipe.precision=bf16",
    "--batch-size 9 --set recipe.batch_size=11",
    "--seed 12",
    "--edits --seed 3",
    "--no-edits",
    "--near-copies drop",
    "--distinct a/1.png --distinct b/2.png",
    TABLE,
    "--layout folders",
    "--data other --task classification",
    "--experiment PLAN",
    "--experiment PLAN --layout auto",
    "--experiment PLAN --backbone resnet18 --near-copies keep --seed 0",
)
REFUSED = (
    "--backbone resnet5", "--weights", "--phase tail:3", "--phase head", "--phase all:3:solve", "--augment extreme",
    "--views 0", "--views 1001", "--views some", "--batch-size 0", "--batch-size many", "--image-size 31",
    "--optimizer lion", "--set mixup=1", "--set recipe.mixup", "--set recipe.mixin=1", "--set recipe.mixup=11",
    "--seed -1", "--seed 2147483648", "--near-copies some", "--layout none", "--task all",
    "--layout folders --labels x.csv --file-column y", "--experiment nowhere.yaml",
    "--phase head:1:solve --views fresh",
)  # fmt: skip
LINES = (
    *(f"train --data DIVIDED {options}".strip() for options in (*OPTIONS, *REFUSED)),
    "train",
    "train --data DIVIDED --device cuda:1 --name mine --workspace ELSEWHERE",
    "train --experiment PLAN",
    *(f"{command} --data DIVIDED {options}".strip() for command in ("estimate", "find-lr") for options in (
        "", "--json", f"{TABLE} --device cpu --json --workspace ELSEWHERE", "--seed 12 --near-copies keep",
    )),
    "estimate",
    "find-lr",
    "find-lr --data DIVIDED --phase-number 2",
    "find-lr --data DIVIDED --phase-number 0",
    "find-lr --data DIVIDED --phase head:1:solve --phase head:2:solve",
    "find-lr --data DIVIDED --phase head:1:solve --phase head:2 --phase all:3",
    "find-lr --data DIVIDED --phase head:9",
)  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory, divided):
    """A pipeline with a seed of its own, and an experiment of which nothing is the default."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "FILE").write_text(
        '{"transform": {"__class_fullname__": "Compose", "p": 1.0, "seed": 7, "transforms": ['
        '{"__class_fullname__": "HorizontalFlip", "p": 0.25}, {"__class_fullname__": "Normalize", "p": 1.0}]}}'
    )
    data = DataSpec(source=str(divided), reading=Reading(layout="csv", labels="old.csv", label_column="old"))
    plan = make_experiment(divided, data=data, seed=21, views=3, phases=(Phase(stages=("head",), epochs=6),))
    (folder / "PLAN").write_text(plan.to_yaml())
    return folder


@pytest.fixture
def told(graft, divided, files, tmp_path, monkeypatch):  # noqa: F811
    places = {"DIVIDED": divided, "WORKSPACE": tmp_path / "workspace", "ELSEWHERE": tmp_path / "elsewhere"}
    monkeypatch.setenv("COLUMNS", "250")
    tell = Told(graft, places | {name: files / name for name in ("FILE", "PLAN")})

    def prepared(plan, root, device, on_progress, images):
        tell.ask_plan("prepare", plan, root, device)
        raise InvalidInput("That was all.")

    def measured(plan, workspace, device, control):
        tell.ask_plan("measure", plan, workspace.root, device)
        yield Progress(what="measuring", done=0, total=1)
        return Estimate(seconds=754.0, seconds_uncut=3990.0, kept_bytes=3 << 20)

    def swept(plan, workspace, device, phase_index, control):
        tell.ask_plan("sweep_rates", plan, workspace.root, device, f"phase index {phase_index}")
        yield Progress(what="trying", done=0, total=1)
        suggested = None if plan.phases[0].epochs == 9 else 0.00123
        return Sweep((1e-3, 2e-3), (1.5, 1.25), (1.4, 1.3), suggested, "It [bold] fell.")

    assert execute.prepare is prepare.prepare, "it is loaded, so that it never meets the one that only asks"
    monkeypatch.setattr(prepare, "prepare", prepared)
    monkeypatch.setattr(device, "resolve_device", lambda name: SimpleNamespace(type="cpu"))
    monkeypatch.setattr(trial, "measure", measured)
    monkeypatch.setattr(trial, "sweep_rates", swept)
    monkeypatch.setattr("core.cli.commands.print_report_of", lambda spec, root: tell.ask("report", spec.source, root))
    return tell


@pytest.mark.parametrize("line", LINES)
def test_an_option_asks_for_what_it_always_asked_for(told, line):
    RECORDED.check(line, told(line))


def test_nothing_else_is_recorded_and_no_option_is_forgotten():
    RECORDED.check_all_are_used(LINES)
    names = {name.replace("_", "-") for name in inspect.signature(_plan).parameters} - {"settings"}
    assert [name for name in (*names, "set", "device", "name") if f"--{name} " not in " ".join(LINES)] == []
