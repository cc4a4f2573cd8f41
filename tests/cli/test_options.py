"""Options of `graft`: seeds that stand in files, fields of the recipe, solved heads, and places that cannot be."""

import csv
import json

import pytest
from PIL import Image

from core.cli import lights
from core.cli.options import LARGEST_SEED
from core.errors import InvalidExperiment, InvalidInput
from core.experiment import Phase, PipelineSpec, SplitSpec
from core.runs import execute, prepare, trial
from core.screening.headline import headline
from core.screening.verdict import Safety, Verdict
from tests.cli.test_commands import QUICK, graft  # noqa: F401  (a fixture)
from tests.conftest import make_experiment

THEIRS = {"transform": {"__class_fullname__": "Compose", "p": 1.0, "seed": 7, "transforms": [
    {"__class_fullname__": "HorizontalFlip", "p": 0.5}, {"__class_fullname__": "Normalize", "p": 1.0},
]}}  # fmt: skip


@pytest.fixture
def theirs(tmp_path):
    """A pipeline of Albumentations with the seed 7, one step of which Graft leaves out."""
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps(THEIRS))
    return file


@pytest.fixture
def planned(graft, images, monkeypatch):  # noqa: F811
    """The experiment that `graft train` would run with these options; nothing is trained."""
    asked = []

    def only_asked(plan, *_, **__):
        asked.append(plan)
        raise InvalidInput("That was all.")

    assert execute.prepare is prepare.prepare, "it is loaded, so that it never meets the one that only asks"
    monkeypatch.setattr(prepare, "prepare", only_asked)

    def plan(*options):
        code, _, err = graft("train", "--data", images, *QUICK, *options)
        assert (code, "That was all." in err) == (2, True), err
        return asked.pop()

    return plan


# seeds


def test_copies_are_made_with_the_seed_of_the_file(graft, images, tmp_path):  # noqa: F811
    file = tmp_path / "p7.json"
    assert graft("pipeline", "light", "--as", "json", "--seed", 7, "--out", file)[0] == 0
    for name, options, seed in (("a", [file], "7"), ("b", [file, "--seed", 0], "0"), ("c", ["light"], "0")):
        made = ("--data", images, "--image-size", 32, "--copies", 1, "--out", tmp_path / name, "--augment", *options)
        assert graft("augment", *made)[0] == 0
        rows = csv.DictReader((tmp_path / name / "manifest.csv").read_text("utf-8-sig").splitlines())
        assert {row["seed"] for row in rows} == {seed}


def test_labels_are_screened_with_the_seed_of_the_file(graft, images, theirs, monkeypatch):  # noqa: F811
    asked = []

    def asker(plan, *_):
        asked.append((plan.seed, plan.data.split.seed))
        raise InvalidInput("That was all.")

    monkeypatch.setattr(lights, "SafetyChecker", asker)
    for options in ([theirs], [theirs, "--seed", 3], ["HorizontalFlip"], ["HorizontalFlip", "--seed", 4]):
        assert "That was all." in graft("safety", "--data", images, "--augment", *options)[2]
    assert asked == [(7, 0), (3, 3), (0, 0), (4, 4)], "the images are divided as for a training with that file"


def test_a_training_has_the_seed_of_the_file(planned, images, theirs, tmp_path):
    assert planned("--augment", theirs).seed == 7
    assert [planned("--augment", theirs, "--seed", seed).seed for seed in (3, 0)] == [3, 0]
    assert planned("--augment", "light").seed == planned().seed == 0
    base = tmp_path / "experiment.yaml"
    base.write_text(make_experiment(images, seed=5).to_yaml())
    assert planned("--experiment", base).seed == planned("--experiment", base, "--augment", "light").seed == 5
    assert planned("--experiment", base, "--augment", theirs).seed == 7


def test_what_is_left_out_of_a_file_is_said_by_every_command(graft, images, theirs, tmp_path):  # noqa: F811
    for rest in (
        ("augment", "--augment", theirs, "--data", images, "--image-size", 32, "--out", tmp_path / "copies"),
        ("safety", "--augment", theirs, "--data", tmp_path / "nowhere"),
        ("train", "--augment", theirs, "--data", tmp_path / "nowhere"),
        ("pipeline", theirs),
    ):
        assert graft(*rest)[2].count("Normalize was left out") == 1, rest[0]


@pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1])
@pytest.mark.parametrize("command", ["train", "estimate", "find-lr", "safety", "augment", "pipeline"])
def test_a_seed_out_of_range_is_refused(graft, images, tmp_path, command, seed):  # noqa: F811
    rest = {
        "safety": ("--data", images, "--augment", "light"),
        "augment": ("--data", images, "--augment", "light", "--out", tmp_path / "copies"),
        "pipeline": ("light", "--as", "json"),
    }.get(command, ("--data", images))
    code, out, err = graft(command, *rest, "--seed", seed)
    assert (code, out) == (2, "")
    assert "Invalid value for '--seed'" in err
    assert "Traceback" not in err


def test_the_largest_seed_is_that_of_an_experiment_and_of_a_pipeline_file(graft, images, tmp_path):  # noqa: F811
    assert make_experiment(images).changed(seed=LARGEST_SEED).seed == LARGEST_SEED
    with pytest.raises(InvalidExperiment, match="seed"):
        make_experiment(images).changed(seed=LARGEST_SEED + 1)
    file = tmp_path / "largest.json"
    assert graft("pipeline", "light", "--as", "json", "--seed", LARGEST_SEED, "--out", file)[0] == 0
    assert graft("pipeline", file)[0] == 0


# places


@pytest.mark.parametrize(
    "place", ["FILE/copies", "FILE/copies.zip", "/proc/nope/copies", "x" * 300, f"{'x' * 300}.zip"]
)
def test_a_place_that_cannot_be_is_said_before_anything_is_made(graft, images, tmp_path, place):  # noqa: F811
    (tmp_path / "FILE").write_text("mine")
    before = sorted(tmp_path.iterdir())
    code, out, err = graft("augment", "--data", images, "--augment", "light", "--image-size", 32, "--out", place)
    assert (code, out) == (2, "")
    assert [line[:7] for line in err.splitlines() if line] == ["2 class", "Error: "]
    assert "could not be saved" in err
    assert "Traceback" not in err
    assert {path for path in tmp_path.iterdir() if path.name != "workspace"} == set(before)


def test_names_that_no_file_can_have(graft, images):  # noqa: F811
    code, _, err = graft("pipeline", "light", "--as", "python", "--out", f"{'x' * 300}.py")
    assert code == 2
    assert "could not be saved" in err
    code, _, err = graft("predict", "x" * 300, images / "cold" / "00.png")
    assert code == 2
    assert "Traceback" not in err


# recipe and phases


def test_any_field_of_the_recipe_can_be_set(planned):
    fields = ("--set", "recipe.mixup=0.2", "--set", "recipe.schedule = one-cycle", "--set", "recipe.patience=3")
    recipe = planned(*fields, "--batch-size", 4).recipe
    assert (recipe.mixup, recipe.schedule, recipe.patience, recipe.batch_size) == (0.2, "one-cycle", 3, 4)
    assert planned().recipe.mixup == 0


def test_a_default_head_is_not_solved_where_the_set_fields_forbid_it(planned):
    assert planned("--weights", "default").phases[0].solver == "lbfgs"
    assert planned("--weights", "default", "--set", "recipe.cutmix=1").phases[0].solver == "steps"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("recipe.learning=1", "There is no recipe field 'learning'. Did you mean learning_rate"),
        ("recipe.lr=1", "Choose one of: optimizer, learning_rate, weight_decay"),
        ("mixup=1", "FIELD is one of: optimizer, learning_rate"),
        ("recipe.mixup", "recipe.FIELD=VALUE"),
        ("recipe.mixup=50", "mixup: must be less than or equal to 10"),
        ("recipe.mixup=much", "mixup: must be a number"),
        ("recipe.optimizer=lion", "adamw"),
    ],
)
def test_a_field_that_cannot_be_set_is_one_sentence(graft, images, given, says):  # noqa: F811
    code, out, err = graft("train", "--data", images, *QUICK, "--set", given)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


def test_fields_are_set_wherever_an_experiment_is_described(graft, images, monkeypatch):  # noqa: F811
    asked = []

    def only_asked(plan, *_):
        asked.append(plan.recipe.layer_decay)
        raise InvalidInput("That was all.")

    for command, name in (("estimate", "measure"), ("find-lr", "sweep_rates")):
        monkeypatch.setattr(trial, name, only_asked)
        graft(command, "--data", images, *QUICK, "--set", "recipe.layer_decay=0.5")
    assert asked == [0.5, 0.5]


def test_a_named_head_can_be_solved(planned):
    phases = planned("--phase", "head:8:solve", "--phase", "all:2:1e-4").phases
    assert phases[0] == Phase(stages=("head",), epochs=8, solver="lbfgs")
    assert (phases[1].solver, phases[1].learning_rate) == ("steps", 1e-4)
    assert planned("--phase", "head:8").phases[0].solver == "steps"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            ["--phase", "all:5:solve"],
            "Only the head alone can be fitted with L-BFGS, as in head:8:solve; got 'all",
        ),
        (["--phase", "head:8:solve", "--views", "fresh"], "fitted on kept features: no fresh views"),
        (["--phase", "head:8:solved"], "head:EPOCHS:solve"),
    ],
)
def test_what_cannot_be_solved_is_one_sentence(graft, images, options, says):  # noqa: F811
    code, _, err = graft("train", "--data", images, *QUICK, *options)
    assert code == 2
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize(("views", "words"), [(1, "in 1 view each"), (8, "in 8 views each")])
def test_one_view_is_one_view(capsys, monkeypatch, views, words):
    monkeypatch.setenv("COLUMNS", "300")
    whole = Safety(
        verdict=Verdict.GREEN, reason="Fine.", images=9, views=views, clean=1, affinity=1, affinity_low=1,
        affinity_high=1, flip_rate=0, margin=0, classes=(), confusions=(), direct=(), worst=(),
    )  # fmt: skip
    lights.print_lights(lights.Lights(whole, headline((PipelineSpec(),), (whole,))))
    assert words in capsys.readouterr().out


# near copies


def test_near_copies_on_the_command_line(planned, tmp_path):
    plain, said = planned(), planned("--near-copies", "drop", "--distinct", "cold/00.png", "--distinct", "warm/03.png")
    assert plain.data.split == SplitSpec()
    assert said.data.split == SplitSpec(near_copies="drop", distinct=("cold/00.png", "warm/03.png"))
    assert said.changed(data=plain.data) == plain
    file = tmp_path / "plan.yaml"
    file.write_text(said.to_yaml())
    assert planned("--experiment", file).data.split == said.data.split
    kept = planned("--experiment", file, "--near-copies", "keep").data.split
    assert kept == SplitSpec(near_copies="keep", distinct=("cold/00.png", "warm/03.png")), "what is typed wins"
    others = planned("--experiment", file, "--distinct", "cold/01.png").data.split
    assert others == SplitSpec(near_copies="drop", distinct=("cold/01.png",))


def test_near_copies_change_what_graft_data_says(graft, images):  # noqa: F811
    Image.radial_gradient("L").convert("RGB").save(images / "cold" / "a.png")
    Image.radial_gradient("L").convert("RGB").save(images / "cold" / "b.jpg", quality=50)
    parts = {}
    for how in ("group", "keep", "drop"):
        code, out, _ = graft("data", images, "--near-copies", how, "--json")
        found = json.loads(out.splitlines()[-1])
        assert (code, sum("2 images look nearly like" in note for note in found["notes"])) == (0, 1)
        parts[how] = sum(found["parts"].values()), len(found["left_out"])
    assert parts == {"group": (26, 0), "keep": (26, 0), "drop": (25, 1)}
    code, _, err = graft("data", images, "--near-copies", "merge")
    assert (code, "'group', 'drop' or 'keep'" in err) == (2, True)


@pytest.mark.parametrize(
    ("command", "options", "says"),
    [
        ("data", ["A" * 5_000], "The data set is not valid: source: must have at most 4096 characters"),
        ("train", ["--data", "A" * 5_000], "The data set is not valid: source: must have at most 4096 characters"),
        ("data", ["IMAGES", "--labels", "A" * 5_000], "images is not valid: labels: must have at most 4000 characters"),
        ("data", ["IMAGES", "--layout", "sideways"], "--layout takes auto, folders,"),
        ("data", ["IMAGES", "--layout", "folders", "--labels", "x.csv"], "reads no file of labels"),
        ("runs", ["--workspace", "A" * 5_000], "could not be saved"),
    ],
)
def test_a_text_of_any_length_is_refused_in_a_sentence_that_names_its_own_option(graft, images, command, options, says):  # noqa: F811
    code, _, err = graft(command, *(images if one == "IMAGES" else one for one in options))
    assert code == 2
    assert says in err
    assert ("--layout" in err) == ("--layout" in says or "--layout" in options)
    assert len(err) < 600


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("train", ["--data", "IMAGES", "--weights", "~nobody-of-that-name/w.safetensors"]),
        ("runs", ["--workspace", "~nobody-of-that-name"]),
        ("data", ["~nobody-of-that-name/images"]),
    ],
)
def test_a_home_folder_that_is_nobodys_is_one_sentence(graft, images, command, options):  # noqa: F811
    code, _, err = graft(command, *(images if one == "IMAGES" else one for one in options))
    assert code == 2
    assert "home" in err
    assert "~nobody-of-that-name" in err
    assert len(err.splitlines()) <= 2
