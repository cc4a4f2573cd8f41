"""What a script's arguments become, and what it is told, word for word in `said.txt`; no model is loaded."""

import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core.errors import GraftError
from core.evaluation.predict import Answer
from core.experiment import Reading, Recipe, SplitSpec
from core.planning.experiments import default_experiment
from core.scripting.answers import Prediction, loaded, predictions
from core.scripting.training import TrainedRun, described
from core.tasks.decision import Decision
from tests.recorded import Recorded

RECORDED = Recorded(Path(__file__).with_name("said.txt"))
NOTHING = dict.fromkeys(
    ("augment", "reading", "split", "recipe", "phases", "weights", "seed", "backbone", "views", "image_size")
)  # fmt: skip
GIVEN = {
    "only images": {},
    "everything": {
        "backbone": "resnet18", "weights": Path("w.safetensors"), "phases": ["head:2", "all:3:1e-4"], "augment": "none",
        "views": 3, "image_size": 64, "recipe": {"mixup": 0.25, "batch_size": None}, "seed": 7,
        "reading": {"layout": "folders", "labels": None}, "split": {"test": 0.3, "seed": None},
    },
    "descriptions": {
        "recipe": Recipe(batch_size=5), "reading": Reading(task="multilabel"), "split": SplitSpec(near_copies="drop"),
    },
    "a tuple of phases": {"phases": ("head:1",)},
    "no phases": {"phases": []},
    "a file": {"augment": Path("FILE")},
    "a file and a seed": {"augment": "FILE", "seed": 0},
    "one text for phases": {"phases": "head:3"},
    "a long text for phases": {"phases": "layer1," * 10},
    "a number for a recipe": {"recipe": 5},
    "a list for a reading": {"reading": ["layout"]},
    "a text for a split": {"split": "x" * 60},
    "an unknown field of a split": {"split": {"train": 0.5}},
    "an unknown field of a recipe": {"recipe": {"mixin": 0.5}},
    "too large parts": {"split": {"val": 0.5, "test": 0.5}},
}  # fmt: skip


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("FILE").write_text(
        '{"transform": {"__class_fullname__": "Compose", "p": 1.0, "seed": 7, "transforms": ['
        '{"__class_fullname__": "HorizontalFlip", "p": 0.25}, {"__class_fullname__": "Normalize", "p": 1.0}]}}'
    )
    Path("plan.yaml").write_text(default_experiment("old").changed(seed=9).to_yaml())


def tried(make):
    try:
        return make()
    except GraftError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("name", GIVEN)
def test_arguments_become_an_experiment(file, recwarn, name):
    plan = tried(lambda: described("images", None, **(NOTHING | GIVEN[name])))
    told = plan if isinstance(plan, str) else plan.to_yaml()
    RECORDED.check(name, "\n".join([told, *(str(one.message) for one in recwarn)]))


def test_what_is_described_by_an_experiment(file):
    plan = default_experiment("own").changed(seed=3)
    told = []
    for data, experiment in (("new", plan), (None, plan), (None, "plan.yaml"), (Path("new"), Path("plan.yaml")),
                             (None, None), (None, "nowhere.yaml")):  # fmt: skip
        found = tried(lambda data=data, experiment=experiment: described(data, experiment, **NOTHING))
        told.append(found if isinstance(found, str) else f"{found.data.source} {found.seed}")
    RECORDED.check("experiments", "\n".join(told))


class Known:
    """A model that answers in turn, and says what it was given."""

    classes = ("ant", "bee", "cat")

    def __init__(self, thresholds=None):
        self.decision = Decision(self.classes, thresholds)
        self.given = []

    def answers(self, given):
        for number, one in enumerate(given):
            content = one.content()
            self.given.append((one.name, content))
            if one.reason or number == 3:
                yield Answer(one, reason=one.reason or "Is damaged.")
            else:
                yield Answer(one, np.roll([0.5, 0.25, 0.125], number))


def test_answers_by_name(tmp_path):
    pixels = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
    given = [
        tmp_path / "a.png",
        pixels,
        "b.png",
        Image.fromarray(pixels[..., 0]),
        b"bytes",
        pixels[..., :1].repeat(4, 2),
    ]
    told = []
    for thresholds in (None, (0.5, 0.5, 0.25)):
        model = Known(thresholds)
        told += [f"{one} -> {one.label}" for one in predictions(model, given)]
        for name, content in model.given:
            opened = Image.open(io.BytesIO(content)) if isinstance(content, bytes) and content != b"bytes" else None
            told.append(
                f"{name}: {opened.mode} {opened.size} {np.asarray(opened).sum()}" if opened else f"{name}: {content!r}"
            )
    told += [f"{len(predictions(Known(), one))}" for one in (b"x", "a.png", tmp_path / "a.png", pixels, [])]
    RECORDED.check("answers", "\n".join(told).replace(str(tmp_path), "TMP"))
    assert Prediction("x") == Prediction("x", (), {}, "")


WRONG = {
    "floats": np.zeros((4, 4, 3)), "channels first": np.zeros((3, 8, 8), np.uint8),
    "two": np.zeros((4, 4, 2), np.uint8), "five": np.zeros((4, 4, 5), np.uint8),
    "nothing": np.zeros((0, 4, 3), np.uint8), "a row": np.zeros(4, np.uint8),
    "four axes": np.zeros((1, 4, 4, 3), np.uint8), "a float image": Image.new("F", (4, 4)), "a number": 5, "none": None,
}  # fmt: skip


def test_what_is_no_image_is_named_with_its_place():
    told = [
        f"{name}: {tried(lambda wrong=wrong: predictions(Known(), [b'x', wrong]))}" for name, wrong in WRONG.items()
    ]
    RECORDED.check("no images", "\n".join(told))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "YCbCr", "I", "LAB", "PA"])
def test_each_kind_of_image_is_handed_on_as_a_file(mode):
    image = Image.new(mode, (5, 3))
    model = Known()
    predictions(model, image)
    opened = Image.open(io.BytesIO(model.given[0][1]))
    kept = mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
    assert (opened.format, opened.size, opened.mode) == ("PNG", (5, 3), mode if kept else "RGB")


def test_a_model_is_loaded_from_whatever_names_it(monkeypatch, tmp_path):
    from core.evaluation.predict import Predictor
    from core.scripting import answers

    model = object.__new__(Predictor)
    monkeypatch.setattr(Predictor, "load", lambda folder: ("loaded", folder))
    monkeypatch.setattr(answers, "model_folder", lambda run, workspace: (run, workspace))
    assert loaded(model, "w") is model
    assert loaded(TrainedRun(SimpleNamespace(id="r"), tmp_path), "w") == ("loaded", tmp_path)
    assert loaded("run-3", "w") == ("loaded", ("run-3", "w"))


def test_a_run_tells_what_its_record_holds(ledger):
    workspace, (first, *_) = ledger
    run = TrainedRun(first, workspace.folder(first.id))
    assert (run.id, run.classes, run.val, run.test) == (first.id, first.classes, first.val, first.test)
    assert run.weights == workspace.folder(first.id) / "best.safetensors"
    assert run.val != run.test
