"""Training and prediction from a script: plain values in, the same runs as in a terminal, errors before they begin."""

import re
import subprocess
import sys
from pathlib import Path

import albumentations as A
import numpy as np
import pytest
import yaml
from PIL import Image

import core
from core.errors import InvalidExperiment, InvalidInput, RunNotFound, UnclearLayout, UnknownBackbone, UnreadableWeights
from core.experiment import Experiment, PipelineSpec, Reading, Recipe, SplitSpec
from core.runs.status import Status
from core.scripting.training import described
from tests.conftest import make_experiment, make_images

ROOT = Path(__file__).parents[2]
SMALL = {"backbone": "mobilenet_v3_small", "weights": "none", "image_size": 32, "device": "cpu", "progress": False}
PRETRAINED = SMALL | {"backbone": "efficientnet_lite0", "weights": "default"}  # its answers depend on the image
HEAVY = ("torch", "pandas", "streamlit", "numpy", "pydantic", "PIL", "typer", "plotly")


def test_importing_it_loads_next_to_nothing():
    code = f"""import sys; before = set(sys.modules); import core
new = set(sys.modules) - before
print([name for name in {HEAVY} if name in new], sorted(name for name in new if name.startswith('core')))"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] ['core', 'core.allocator', 'core.errors', 'core.text', 'core.wording']"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A workspace, the images, and a run of two phases over them whose every option differs from the default."""
    folder = tmp_path_factory.mktemp("script")
    images = make_images(folder / "images", classes=("cold", "warm", "green"), per_class=10)
    run = core.train(
        images, folder / "workspace", **PRETRAINED, phases=["head:1", "all:2:2e-4"], augment="none", views=3,
        recipe={"batch_size": 7, "optimizer": "sgd"}, split={"test": 0.3, "seed": 5}, seed=11, name="mine",
    )  # fmt: skip
    return folder, images, run


def test_every_option_reaches_the_experiment(trained):
    folder, images, run = trained
    kept = core.open_workspace(folder / "workspace").store.run(run.id)
    assert kept.status is Status.COMPLETED
    assert kept.name == "mine"
    plan = kept.experiment
    assert plan == run.record.experiment
    assert (plan.data.source, plan.backbone.name, plan.backbone.weights) == (
        str(images),
        "efficientnet_lite0",
        "default",
    )
    assert (plan.backbone.image_size, plan.views, plan.seed) == (32, 3, 11)
    assert [(phase.epochs, phase.learning_rate) for phase in plan.phases] == [(1, None), (2, 2e-4)]
    assert plan.phases[0].stages == ("head",)
    assert (plan.recipe.batch_size, plan.recipe.optimizer) == (7, "sgd")
    assert (plan.data.split.test, plan.data.split.seed) == (0.3, 5)
    assert plan.pipeline == PipelineSpec()


def test_a_run_tells_its_scores_and_where_it_lies(trained):
    folder, _, run = trained
    assert run.classes == ("cold", "green", "warm")
    assert run.weights == folder / "workspace" / "runs" / run.id / "best.safetensors"
    assert run.weights.exists()
    assert run.test.n == 9  # three of each class
    assert run.test.main.low <= run.test.main.value <= run.test.main.high
    assert run.val.n != run.test.n
    with core.open_workspace(folder / "workspace") as workspace:
        assert workspace.store.test_looks(run.record.test_key) == 1  # it was told, so it counts


def test_answers_are_the_same_however_the_model_and_the_image_are_named(trained):
    folder, images, run = trained
    path = images / "warm" / "03.png"
    pixels = np.asarray(Image.open(path))
    (by_path,) = core.predict(run, path)
    assert by_path.name == str(path)
    assert by_path.label == max(by_path.probabilities, key=by_path.probabilities.get)
    assert list(by_path.probabilities) == ["cold", "green", "warm"]
    assert sum(by_path.probabilities.values()) == pytest.approx(1)
    many = core.predict(run.id, [path.read_bytes(), pixels, Image.open(path), str(path)], folder / "workspace")
    assert [answer.name for answer in many] == ["images[0]", "images[1]", "images[2]", str(path)]
    assert {tuple(answer.probabilities.values()) for answer in many} == {tuple(by_path.probabilities.values())}
    model = core.load_model(run.folder)
    assert core.predict(model, [path])[0] == by_path
    assert core.predict(str(run.folder), path)[0] == by_path
    assert not model.model.training
    (other,) = core.predict(run, 255 - pixels)
    assert other.probabilities != by_path.probabilities


def test_a_folder_stands_for_its_files_and_what_cannot_be_read_says_why(trained, tmp_path):
    _, images, run = trained
    (tmp_path / "in").mkdir()
    for name in ("10.png", "9.png"):
        (tmp_path / "in" / name).write_bytes((images / "cold" / "01.png").read_bytes())
    (tmp_path / "in" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    (tmp_path / "in" / "notes.txt").write_text("not an image")
    answers = core.predict(run, [tmp_path / "in", tmp_path / "gone.png"])
    assert [Path(answer.name).name for answer in answers] == ["9.png", "10.png", "broken.png", "notes.txt", "gone.png"]
    assert [bool(answer.label) for answer in answers] == [True, True, False, False, False]
    assert [bool(answer.reason) for answer in answers] == [False, False, True, True, True]
    assert answers[2].labels == ()


@pytest.mark.parametrize("turned", [1, 6])
def test_a_photograph_held_upright_is_read_as_the_file_is(trained, tmp_path, turned):
    _, images, run = trained
    exif = Image.Exif()
    exif[0x0112] = turned
    file = tmp_path / "turned.png"
    Image.open(images / "warm" / "02.png").save(file, exif=exif)
    assert core.predict(run, Image.open(file))[0].probabilities == core.predict(run, file)[0].probabilities


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "HSV"])
def test_a_pil_image_of_any_mode_is_answered(trained, mode):
    _, images, run = trained
    image = Image.open(images / "warm" / "02.png")
    given = image.convert("RGB").convert(mode) if mode != "LA" else image.convert("L").convert("LA")
    assert core.predict(run, given)[0].label in run.classes


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.zeros((4, 4, 3)), "float64"),
        (np.zeros((3, 8, 8), np.uint8), r"\(3, 8, 8\)"),
        (np.zeros((0, 4, 3), np.uint8), r"\(0, 4, 3\)"),
        (Image.new("F", (4, 4)), "PIL image of floats"),
        ([5], "images.0. is a int"),
    ],
)
def test_what_is_no_image_is_refused(trained, wrong, says):
    with pytest.raises(InvalidInput, match=says):
        core.predict(trained[2], wrong)


def test_an_experiment_is_repeated_and_changed(trained, tmp_path):
    _, _, run = trained
    again = core.train(
        experiment=run.folder / "experiment.yaml", workspace=tmp_path / "w", device="cpu", progress=False
    )
    assert again.record.digest == run.record.digest
    assert again.val == run.val
    plan = run.record.experiment
    with core.open_workspace(tmp_path / "w") as workspace:
        other = core.train(
            experiment=plan, workspace=workspace, seed=12, phases=["head:1"], device="cpu", progress=False
        )
        assert workspace.store.run(other.id).experiment.seed == 12
    assert other.record.experiment.recipe == plan.recipe
    assert isinstance(plan, Experiment)


def test_what_was_left_out_comes_as_warnings_and_a_bar_is_drawn(tmp_path, capsys):
    images = make_images(tmp_path / "images")
    (images / "cold" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    told = {name: value for name, value in SMALL.items() if name != "progress"}  # it is on by itself
    with pytest.warns(UserWarning, match="broken.png was left out") as caught:
        core.train(images, tmp_path / "w", **told, phases=["head:1"])
    assert Path(caught[0].filename).name == "test_scripting.py"  # it points at the user's line
    assert "epoch   1" in capsys.readouterr().err


def test_a_pipeline_file_brings_its_seed_and_says_what_it_lost(tmp_path):
    file = tmp_path / "pipeline.yaml"
    values = A.to_dict(A.Compose([A.Resize(8, 8), A.HorizontalFlip(p=0.25)]))
    file.write_text(yaml.safe_dump(values | {"seed": 9}))
    rest = {"weights": None, "backbone": None, "views": None, "image_size": None, "recipe": {}, "split": {}}

    def plan(seed=None, reading=None):
        return described("sample:stamps", None, augment=file, reading=reading or {}, phases=(), seed=seed, **rest)

    with pytest.warns(UserWarning, match="Resize was left out"):
        own = plan()
    with pytest.warns(UserWarning, match="Resize was left out"):
        given = plan(seed=0, reading={"label_column": "kind"})
    assert (own.seed, given.seed) == (9, 0)
    assert [(step.transform, step.p) for step in own.pipeline.steps] == [("HorizontalFlip", 0.25)]
    assert (own.data.reading.layout, given.data.reading.layout) == ("auto", "csv")


def test_fields_are_given_as_a_dict_or_as_part_of_an_experiment_and_none_is_not_given(tmp_path):
    base = make_experiment(make_images(tmp_path / "images")).changed(seed=3)
    nothing = dict.fromkeys(("weights", "backbone", "views", "image_size", "augment", "seed", "phases"))

    def plan(reading=None, split=None, recipe=None):
        return described(None, base, **nothing, reading=reading, split=split, recipe=recipe)

    assert plan() == plan({"layout": None}, {"val": None}, {"mixup": None}) == base
    made = plan(Reading(layout="inner"), SplitSpec(val=0.35), Recipe(mixup=0.2))
    assert (made.data.reading, made.data.split) == (
        Reading(layout="inner"), base.data.split.model_copy(update={"val": 0.35})
    )  # fmt: skip
    assert made.recipe == base.recipe.model_copy(update={"mixup": 0.2})


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"data": None}, InvalidExperiment, "Say which images"),
        ({"backbone": "resnet19"}, UnknownBackbone, "resnet18"),
        ({"phases": "head:3"}, InvalidExperiment, "is a list"),
        ({"phases": ["head"]}, InvalidExperiment, "STAGES:EPOCHS"),
        ({"recipe": {"batch": 3}}, InvalidExperiment, "batch"),
        ({"reading": {"layuot": "parts"}}, InvalidExperiment, "layuot"),
        ({"split": {"tset": 0.1}}, InvalidExperiment, "tset"),
        ({"reading": {"layout": "folders", "label_column": "x"}}, InvalidExperiment, "folders reads no file of labels"),
        ({"reading": ""}, InvalidExperiment, "`reading` holds fields"),
        ({"recipe": 0}, InvalidExperiment, "`recipe` holds fields"),
        ({"split": []}, InvalidExperiment, "`split` holds fields"),
        ({"views": 0}, InvalidExperiment, "views: must be greater"),
        ({"augment": ""}, InvalidInput, "preset"),
        ({"data": ""}, InvalidInput, "No data set was named"),
        ({"experiment": "gone.yaml"}, InvalidExperiment, "gone.yaml"),
        ({"data": "no/such/folder"}, InvalidInput, "no/such/folder"),
    ],
)
def test_what_cannot_be_used_is_refused_before_a_run_is_made(tmp_path, wrong, error, says):
    given = {"data": "sample:stamps", **SMALL} | wrong
    with pytest.raises(error, match=says) as caught:
        core.train(workspace=tmp_path / "w", **given)
    assert isinstance(caught.value, core.GraftError)
    with core.open_workspace(tmp_path / "w") as workspace:
        assert workspace.store.runs() == []


def test_an_unclear_folder_says_how_it_may_be_read_and_is_read_so(tmp_path):
    for outer in ("train", "holiday"):
        make_images(tmp_path / "images" / outer, per_class=4, seed=len(outer))
    with pytest.raises(UnclearLayout) as caught:
        core.train(tmp_path / "images", tmp_path / "w", **SMALL)
    choice = next(one for one in caught.value.choices if one.reading["layout"] == "inner")
    run = core.train(tmp_path / "images", tmp_path / "w", **SMALL, phases=["head:1"], reading=choice.reading)
    assert run.classes == ("cold", "warm")


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RunNotFound, match="20200101-000000-abcd"):
        core.predict("20200101-000000-abcd", "x.png", tmp_path / "w")
    with pytest.raises(UnreadableWeights):
        core.load_model(tmp_path)


@pytest.mark.slow
def test_the_example_of_the_readme_runs(tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    script = tmp_path / "example.py"
    script.write_text(f"import sys\nsys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'core' / 'installed')!r}]\n{example}")
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, *answers = done.stdout.splitlines()
    assert re.fullmatch(r"Accuracy: \d+%, 95 % interval \d+% to \d+%", first)
    assert len(answers) == 3
