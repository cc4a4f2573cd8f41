"""The exported script: alone, in a fresh interpreter, it makes the very views that training sees."""

import ast
import os
import subprocess
import sys

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from core.augment import catalogue
from core.augment.code import python_code
from core.augment.presets import PRESETS
from core.augment.standalone import runtime
from core.augment.steps import default_step
from core.data import images
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.experiment import PipelineSpec, Step
from core.features.batches import ImageViews

GEOMETRY = Geometry(image_size=64, resize_size=72, interpolation="bicubic")
SEED, VIEWS = 7, 6
REFERENCES = next(name for name, entry in catalogue.TRANSFORMS.items() if entry.references)
POLICIES = [name for name in ("TrivialAugment", "RandAugment", "AugMix") if name in catalogue.TRANSFORMS]


def always(name: str, **parts) -> Step:
    return default_step(name).model_copy(update={"p": 1.0} | parts)


MIXED = PipelineSpec(
    steps=(
        Step(transform="OneOf", p=0.8, options=(always("GaussianBlur"), always("HorizontalFlip", p=0.5))),
        always("ElasticTransform"), *map(always, POLICIES), always("Translate", p=0.5), always("Rotate", enabled=False),
    ),
    strength=0.7,
)  # fmt: skip
SPECS = {
    **PRESETS,
    "mixed": MIXED,
    "others": PipelineSpec(steps=(always(REFERENCES), always("Rotate"))),
}
# run where nothing of the app can be imported, although it may be installed
DRIVER = """
import runpy, sys
sys.modules["core"] = None
from pathlib import Path
import numpy as np
folder, pattern, count = sys.argv[1:]
for script in sorted(Path(folder).glob("*.py")):
    made = runpy.run_path(str(script))
    others = made["Folder"]("images") if "Folder" in made else None
    for path in sorted(Path("images").rglob(pattern)):
        image = made["load"](path)
        views = [made["augment"](image, number, references=others) for number in range(int(count))]
        np.save(f"views-{script.stem}-{path.stem}.npy", np.stack(views))
        Path(f"digest-{path.stem}").write_text(image[1])
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Images of the kinds that are not read in a straight line: turned, transparent, grey, 16 bits deep, oblong."""
    folder = tmp_path_factory.mktemp("code") / "images"
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 255, (9, 12, 4), dtype=np.uint8).repeat(9, axis=0).repeat(9, axis=1)
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
    Image.fromarray(colours[..., :3]).save(folder / "a" / "plain.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(colours[:, ::-1, :3]).save(folder / "a" / "turned.jpg", exif=turned)
    Image.fromarray(colours).save(folder / "a" / "transparent.png")
    Image.fromarray(colours[..., 0]).save(folder / "b" / "grey.png")
    Image.fromarray(colours[..., 1].astype(np.uint16) * 200).save(folder / "b" / "deep.png")
    Image.fromarray(np.ascontiguousarray(colours[:12, :, :3])).save(folder / "b" / "oblong.png")
    return load_dataset(str(folder), folder.parent / "workspace")


@pytest.fixture(scope="module")
def elsewhere(dataset):
    """The folder in which all scripts have run."""
    place = dataset.items[0].path.parent.parent.parent
    write(place / "scripts", SPECS)
    run(place, "-c", DRIVER, "scripts", "*.*", str(VIEWS))
    return place


def write(folder, specs):
    folder.mkdir()
    for name, spec in specs.items():
        (folder / f"{name}.py").write_text(python_code(spec, GEOMETRY, SEED), encoding="utf-8")


def run(place, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GRAFT"))}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SPECS)
def test_a_fresh_interpreter_makes_the_same_bytes(elsewhere, dataset, name):
    image_views = ImageViews(SPECS[name], GEOMETRY, SEED, references=dataset.items)
    changed = 0
    for item in dataset.items:
        assert (elsewhere / f"digest-{item.path.stem}").read_text() == item.digest
        views = np.load(elsewhere / f"views-{name}-{item.path.stem}.npy")
        for number in range(VIEWS):
            assert (views[number] == image_views.view(item, number)).all()
            changed += bool((views[number] != image_views.plain(item)).any())
    assert bool(changed) is (name != "none")


@pytest.mark.slow
def test_every_transform_makes_the_same_bytes(elsewhere, dataset):
    alone = {name: PipelineSpec(steps=(always(name),)) for name in catalogue.TRANSFORMS}
    write(elsewhere / "alone", alone)
    run(elsewhere, "-c", DRIVER, "alone", "plain.png", "2")
    (item,) = [item for item in dataset.items if item.path.stem == "plain"]
    for name, spec in alone.items():
        image_views = ImageViews(spec, GEOMETRY, SEED, references=dataset.items)
        views = np.load(elsewhere / f"views-{name}-plain.npy")
        assert all((views[number] == image_views.view(item, number)).all() for number in range(2)), name


def test_the_script_is_a_command_too(elsewhere, dataset):
    item = dataset.items[0]
    given = [str(item.path), "--views", "2", "--seed", "9", "--out", "out"]
    run(elsewhere, "scripts/others.py", *given, "--references", "images")
    image_views = ImageViews(SPECS["others"], GEOMETRY, 9, references=dataset.items)
    for number in range(2):
        written = np.asarray(Image.open(elsewhere / "out" / f"{item.path.stem}-{number}.png"))
        assert (written == image_views.view(item, number)).all()


@pytest.mark.parametrize("kind", ["colours of 16 bits", "fractions", "cut", "text"])
def test_the_script_refuses_what_it_would_read_otherwise_than_graft(elsewhere, kind):
    path = elsewhere / "refused.png"
    if kind == "colours of 16 bits":
        path.write_bytes(imagecodecs.png_encode(np.full((16, 16, 3), 3000, np.uint16)))
    elif kind == "fractions":
        Image.fromarray(np.full((16, 16), 0.5, np.float32)).save(path, "TIFF")
    else:
        path.write_bytes(b"no image" if kind == "text" else (elsewhere / "images/a/plain.png").read_bytes()[:-900])
    given = [sys.executable, "scripts/light.py", str(path), "--out", "none"]
    done = subprocess.run(given, cwd=elsewhere, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "refused.png cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((elsewhere / "none").glob("*"))


def test_every_transform_becomes_valid_code_with_names_used_once():
    spec = PipelineSpec(steps=tuple(default_step(name) for name in catalogue.TRANSFORMS))
    code = python_code(spec, GEOMETRY, SEED)
    names = [name for node in ast.parse(code).body for name in bound(node)]
    assert len(names) == len(set(names)), "two pasted modules have a name in common"
    assert images.LONGEST_ASPECT == runtime.LONGEST_ASPECT, "one of them is pasted for both"
    assert "core." not in code
    assert "cv2.BORDER_REFLECT_101" in code


def test_what_is_not_used_is_not_pasted():
    code = python_code(PRESETS["light"], GEOMETRY, SEED)
    assert "class Elastic" not in code
    assert "class Folder" not in code
    assert "A.Rotate(limit=(-8.0, 8.0), border_mode=cv2.BORDER_REFLECT_101, p=1)" in code
    assert "strength" not in python_code(MIXED, GEOMETRY, SEED).split("STEPS =")[1]


def bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
