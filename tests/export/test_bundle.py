"""A downloaded model: its zip, and the code in it that uses the model without this program."""

import io
import json
import subprocess
import sys
import textwrap
import zipfile

import pytest
import timm
import torch
import torchvision
from PIL import Image

from core import cli
from core.backbones.build import skeleton
from core.backbones.catalogue import BACKBONES, get
from core.backbones.plain import plain_constructor
from core.backbones.stages import stage_table
from core.errors import RunConflict
from core.experiment import BackboneSpec, Phase, Recipe
from core.export.bundle import bundle
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.training.control import Control
from tests.conftest import make_experiment, make_images

FIRST_OF_FAMILY = {(entry.library, entry.family): entry.name for entry in reversed(BACKBONES.values())}
DRIVER = """
import shutil, sys
code, pictures = sys.argv[1], sys.argv[2:]
for picture in pictures:
    shutil.copy(picture, "picture.jpg")
    exec(compile(open(code, encoding="utf-8").read(), code, "exec"), {})
    print("---")
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A workspace and its one finished run of a second, on class names that need care."""
    folder = tmp_path_factory.mktemp("bundle")
    images = make_images(folder / "images", ("kühl", "{warm}"), 10)
    # every stage trains: answers that are compared must be far from a half
    phases = (Phase(stages=tuple(stage.name for stage in stage_table("resnet18")), epochs=6),)
    backbone = BackboneSpec(name="resnet18", weights="none", image_size=32)
    experiment = make_experiment(images, backbone=backbone, phases=phases, recipe=Recipe(batch_size=4))
    room = Workspace(folder / "workspace")
    claim = create_run(room, prepare(experiment, room.root, "cpu"), "tiny {run}")
    for _ in execute(room, claim, Control()):
        pass
    return room, room.store.run(claim.run_id), folder / "images"


@pytest.fixture
def unpacked(finished, tmp_path):
    room, run, _ = finished
    zipfile.ZipFile(io.BytesIO(bundle(room, run))).extractall(tmp_path)
    return tmp_path


def shapes(model):
    return {key: tuple(value.shape) for key, value in model.state_dict().items()}


@pytest.mark.parametrize("name", FIRST_OF_FAMILY.values())
def test_plain_code_makes_the_same_architecture(name):
    size = get(name).image_size + (64 if get(name).family == "ViT" else 0)
    imports, constructor = plain_constructor(get(name), 3, size)
    with torch.device("meta"):
        model = eval(constructor, {"torchvision": torchvision, "timm": timm})
    assert imports in ("import torchvision", "import timm")
    ours = skeleton(name, 3, size)
    assert shapes(model) == shapes(ours)
    assert type(model) is type(ours)
    assert getattr(model, "transform_input", None) == getattr(ours, "transform_input", None)


def test_the_zip_holds_what_the_how_to_names(unpacked, finished):
    assert {path.name for path in unpacked.iterdir()} == {
        "best.safetensors", "labels.json", "experiment.yaml", "results.json", "HOW-TO.txt",
    }  # fmt: skip
    assert json.loads((unpacked / "labels.json").read_text(encoding="utf-8")) == list(finished[1].classes)
    told = (unpacked / "HOW-TO.txt").read_text(encoding="utf-8")
    assert "tiny {run}" in told
    assert all(path.name in told for path in unpacked.iterdir() if path.name != "HOW-TO.txt")


def test_the_code_in_the_how_to_answers_as_the_program_does(unpacked, finished, tmp_path, monkeypatch, capsys):
    pictures = [odd_picture(finished[2] / "kühl" / "00.png", tmp_path / "wide.jpg", (150, 90), 1),
                odd_picture(finished[2] / "{warm}" / "00.png", tmp_path / "turned.jpg", (90, 131), 6)]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["graft", "predict", str(unpacked), *map(str, pictures), "--json"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert not caught.value.code
    ours = [answer["probabilities"] for answer in json.loads(capsys.readouterr().out.splitlines()[-1])]
    theirs = answers_of_the_how_to(unpacked, pictures)
    assert all(max(answer.values()) > 0.55 for answer in ours)
    assert [max(answer, key=answer.get) for answer in theirs] == [max(answer, key=answer.get) for answer in ours]
    for their, our in zip(theirs, ours, strict=True):
        assert their == pytest.approx(our, abs=0.02)


def odd_picture(source, target, size, orientation):
    """A larger picture, not square and perhaps stored on its side, as a camera writes it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.open(source).resize(size).save(target, quality=95, exif=exif)
    return target


def answers_of_the_how_to(folder, pictures):
    text = (folder / "HOW-TO.txt").read_text(encoding="utf-8").split("With plain PyTorch\n")[1]
    (folder / "plain.py").write_text(textwrap.dedent(text), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", DRIVER, "plain.py", *map(str, pictures)],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    parts = [part.split() for part in done.stdout.split("---")[:-1]]
    return [dict(zip(words[1::2], map(float, words[::2]), strict=True)) for words in parts]


def test_a_run_without_a_model_has_no_bundle(finished, images):
    room = finished[0]
    claim = create_run(room, prepare(make_experiment(images), room.root, "cpu"))
    claim.lock.release()
    with pytest.raises(RunConflict, match="at least one epoch"):
        bundle(room, room.store.run(claim.run_id))
