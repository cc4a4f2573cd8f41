"""A downloaded model: its zip, and the code in it that uses the model without this program."""

import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pillow_heif
import pytest
import timm
import torch
import torchvision
from PIL import Image
from safetensors.torch import load_file, save_file

from core import cli
from core.backbones.architecture import make_empty
from core.backbones.catalogue import BACKBONES, get
from core.backbones.plain import plain_constructor
from core.backbones.stages import stage_table
from core.errors import RunConflict
from core.experiment import BackboneSpec, Phase, Recipe
from core.export.bundle import _validation_line, bundle
from core.model.record import read_record
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.tasks.scorecard import Score, Scorecard
from core.work.control import Control
from tests.conftest import make_experiment, make_images

FIRST_OF_FAMILY = {(entry.library, entry.family): entry.name for entry in reversed(BACKBONES.values())}
ALONE = """
import runpy, sys
folder, *arguments = sys.argv[1:]
sys.path[:0] = [folder]
sys.argv = ["predict.py", *arguments]
try:
    runpy.run_path(folder + "/predict.py", run_name="__main__")
finally:
    assert not [name for name in sys.modules if name.split(".")[0] in ("core", "pages")]
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A workspace and its one finished run of a second, on class names that need care; its scale of fractions too."""
    folder = tmp_path_factory.mktemp("bundle")
    images = make_images(folder / "images", ("kühl", "{warm}"), 10)
    for name, brightest in (("dim", 1.5), ("bright", 6.0)):  # wider than what is predicted: an own scale would show
        ramp = np.linspace(0, brightest, 32 * 32, dtype=np.float32).reshape(32, 32)
        Image.fromarray(ramp).save(images / "kühl" / f"{name}.tif")
    # every stage trains: answers that are compared must be far from a half
    phases = (Phase(stages=tuple(stage.name for stage in stage_table("resnet18")), epochs=6),)
    backbone = BackboneSpec(name="resnet18", weights="none", image_size=32)
    experiment = make_experiment(images, backbone=backbone, phases=phases, recipe=Recipe(batch_size=4))
    workspace = Workspace(folder / "workspace")
    lease = create_run(workspace, prepare(experiment, workspace.root, "cpu"), "tiny {run}")
    for _ in execute(workspace, lease, Control()):
        pass
    return workspace, workspace.store.run(lease.run_id), folder / "images"


@pytest.fixture
def unpacked(finished, tmp_path):
    workspace, run, _ = finished
    zipfile.ZipFile(io.BytesIO(bundle(workspace, run))).extractall(tmp_path)
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
    ours = make_empty(get(name), 3, size)
    assert shapes(model) == shapes(ours)
    assert type(model) is type(ours)
    assert getattr(model, "transform_input", None) == getattr(ours, "transform_input", None)


def test_labels_stand_in_the_order_of_the_outputs_not_of_the_alphabet(finished):
    workspace, run, *_ = finished
    written = read_record(workspace.folder(run.id) / "best.safetensors").classes
    turned = tuple(reversed(written))
    assert list(turned) == sorted(turned, reverse=True)
    changed = workspace.folder(run.id).with_name("turned")
    changed.mkdir()
    weights = load_file(workspace.folder(run.id) / "best.safetensors")
    record = read_record(workspace.folder(run.id) / "best.safetensors").changed(classes=turned)
    save_file(weights, changed / "best.safetensors", record.to_metadata())
    with zipfile.ZipFile(io.BytesIO(bundle(workspace, replace(run, id="turned")))) as archive:
        assert tuple(json.loads(archive.read("labels.json"))) == turned  # as the weights say, whatever the store does
        assert "{warm}, kühl" in archive.read("HOW-TO.txt").decode()


def test_the_zip_holds_what_the_how_to_names(unpacked, finished):
    assert {path.name for path in unpacked.iterdir()} == {
        "best.safetensors", "labels.json", "experiment.yaml", "results.json", "HOW-TO.txt", "predict.py",
        "graft_reader",
    }  # fmt: skip
    assert json.loads((unpacked / "labels.json").read_text(encoding="utf-8")) == list(finished[1].classes)
    texts = (unpacked / "HOW-TO.txt").read_text(encoding="utf-8")
    assert "tiny {run}" in texts
    assert all(path.name in texts for path in unpacked.iterdir() if path.name != "HOW-TO.txt")
    assert re.search(r"pip install torch torchvision safetensors .*numpy==.*pillow==", texts)


def test_the_script_answers_as_the_program_does_whatever_the_file(unpacked, finished, tmp_path, monkeypatch, capsys):
    """Without this program: its folder is not on the script's path, and none of its modules is imported."""
    odd = odd_files(finished[2] / "kühl" / "00.png", tmp_path / "odd")
    (tmp_path / "odd" / "cut.png").write_bytes((tmp_path / "odd" / "clear.png").read_bytes()[:200])
    (tmp_path / "odd" / "page.jpg").write_bytes(b"<html>no</html>")
    bad = [str(tmp_path / "odd" / name) for name in ("cut.png", "page.jpg")]
    monkeypatch.setattr(sys, "argv", ["graft", "predict", str(unpacked), *odd, *bad, "--json"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    ours, reasons = capsys.readouterr()
    done = the_script(unpacked, *odd, *bad, "--json")
    assert done.returncode == 2, done.stderr
    same_answers(json.loads(done.stdout), json.loads(ours.splitlines()[-1]))
    assert len(json.loads(done.stdout)) == len(odd)
    texts = [line.split(": ", 1)[1] for line in done.stderr.splitlines()]
    assert len([line for line in done.stderr.splitlines() if line.startswith(tuple(bad))]) == 2
    assert len(texts) > 2  # how the others were read is said too
    assert all(reason in " ".join(reasons.split()) for reason in texts)


def odd_files(source, folder):
    """Files of the kinds that need more than `convert("RGB")`: their paths."""
    folder.mkdir()
    image = Image.open(source).convert("RGB").resize((64, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(folder / "turned.jpg", quality=95, exif=exif)
    clear = image.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(image.size))
    clear.save(folder / "clear.png")
    clear.quantize(32).save(folder / "palette.png")
    image.convert("CMYK").save(folder / "cmyk.jpg", quality=95)
    grey = np.asarray(image.convert("L"))
    Image.fromarray(grey.astype(np.uint16) * 200).save(folder / "deep.png")
    Image.fromarray(grey.astype(np.float32) / 100).save(folder / "fractions.tif")
    image.save(folder / "web.avif")
    pillow_heif.from_pillow(image).save(folder / "phone.jpg", format="HEIF")
    strip = Image.new("RGB", (900, 20), (250, 250, 250))
    strip.paste(image.resize((60, 20)), (420, 0))
    strip.save(folder / "strip.png")
    return sorted(str(path) for path in folder.iterdir())


def the_script(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-I", "-c", ALONE, str(folder), *arguments],
        cwd=folder.parent, capture_output=True, text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip


def same_answers(theirs, ours, tolerance=1e-5):
    assert [one["path"] for one in theirs] == [one["path"] for one in ours]
    assert [one["class"] for one in theirs] == [one["class"] for one in ours]
    for their, our in zip(theirs, ours, strict=True):
        assert their["probabilities"] == pytest.approx(our["probabilities"], abs=tolerance)
    assert len({round(max(one["probabilities"].values()), 6) for one in ours}) > len(ours) / 2  # they differ at all


def test_a_run_without_a_model_has_no_bundle(finished, images):
    workspace = finished[0]
    lease = create_run(workspace, prepare(make_experiment(images), workspace.root, "cpu"))
    lease.lock.release()
    with pytest.raises(RunConflict, match="at least one epoch"):
        bundle(workspace, workspace.store.run(lease.run_id))


@pytest.mark.parametrize(
    ("scores", "line"),
    [
        (Scorecard((Score("accuracy", 0.9, 0.7512, 0.9634),), 40),
         "accuracy 90.0 % (95 % interval 75.1 to 96.3 %, 40 images)"),
        (Scorecard((Score("accuracy", 0.9, note="without dog"), Score("macro_f1", 0.5)), 7),
         "accuracy 90.0 % (7 images; without dog)"),
        (None, "not evaluated"),
    ],
)  # fmt: skip
def test_the_download_says_how_good_the_model_is(scores, line):
    assert _validation_line(scores) == line
