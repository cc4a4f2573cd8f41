"""`graft pipeline`: lists what there is, converts between formats, and says what is wrong in one sentence."""

import json
import os
import subprocess
import sys

import albumentations as A
import pytest
import typer
from typer.testing import CliRunner

from core.augment import saved
from core.augment.exchange.text import read_any
from core.augment.presets import PRESETS, dump_pipeline, parse_pipeline
from core.cli.pipelines import pipeline
from core.errors import GraftError
from core.experiment import PipelineSpec, Step

SPEC = PipelineSpec(steps=(Step(transform="Rotate"), Step(transform="ElasticTransform")), strength=0.5)


def graft(*given):
    app = typer.Typer()
    app.command()(pipeline)
    return CliRunner().invoke(app, [str(one) for one in given])


def said(*given) -> str:
    done = graft(*given)
    assert done.exit_code == 0, done.exception
    return done.stdout


def refused(*given) -> str:
    done = graft(*given)
    assert isinstance(done.exception, GraftError), "the command line makes a sentence and exit code 2 of it"
    return str(done.exception)


def test_presets_and_saved_ones_are_listed_with_their_files(tmp_path):
    assert "None saved in" in said("--workspace", tmp_path)
    kept = saved.save(tmp_path, "Für Blätter", SPEC)
    (tmp_path / "pipelines" / "bad.yaml").write_text("steps: [")
    message = said("--workspace", tmp_path)
    assert all(name in message for name in PRESETS)
    assert "Für Blätter" in message
    assert str(kept.path) in message
    assert "bad.yaml" in message
    assert "neither JSON nor YAML" in message


def test_a_preset_as_grafts_own_yaml_is_the_default():
    assert parse_pipeline(said("strong")) == parse_pipeline(said("strong", "--as", "graft")) == PRESETS["strong"]


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_to_albumentations_and_back_with_the_seed(tmp_path, form):
    (tmp_path / "mine.yaml").write_text(dump_pipeline(SPEC))
    out = tmp_path / f"theirs.{form}"
    done = graft(tmp_path / "mine.yaml", "--as", form, "--seed", 9, "--out", out, "--image-size", 96)
    assert "Wrote" in done.stdout
    assert "Only Graft can read: step 2 (Elastic distortion)." in done.stderr
    assert len(A.load(out, data_format=form).transforms) == 1
    assert (read_any(out.read_text()).spec, read_any(out.read_text()).seed) == (SPEC, 9)
    assert said(out, "--as", form, "--image-size", 96) == out.read_text(), "the file's own seed is kept"
    assert parse_pipeline(said(out)) == SPEC


def test_what_was_left_out_of_a_file_is_said(tmp_path):
    A.save(A.Compose([A.HorizontalFlip(p=0.5), A.Normalize()]), tmp_path / "theirs.json")
    done = graft(tmp_path / "theirs.json")
    assert "Normalize was left out" in done.stderr
    assert parse_pipeline(done.stdout).steps == (Step(transform="HorizontalFlip", p=0.5),)


def test_python_code_runs_as_it_is_written(tmp_path, images):
    script = tmp_path / "made.py"
    said("light", "--as", "python", "--out", script, "--image-size", 32, "--seed", 4)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    image = next(images.rglob("*.png"))
    subprocess.run([sys.executable, script, image, "--views", "3"], cwd=tmp_path, env=environment, check=True)
    assert len(list((tmp_path / "views").glob("*.png"))) == 3


def test_errors_are_sentences_and_write_nothing(tmp_path):
    out = tmp_path / "there.json"
    out.write_text("mine")
    assert "nothing was written" in refused("light", "--as", "json", "--out", out)
    assert out.read_text() == "mine"
    assert "no format 'jsn'. Did you mean json" in refused("light", "--as", "jsn", "--out", tmp_path / "new.json")
    assert not (tmp_path / "new.json").exists()
    assert "Did you mean medium" in refused("mediun")
    assert "There is no pipeline file" in refused("gone.yaml")
    assert "Say which pipeline" in refused("--as", "json")
    assert "no backbone" in refused("light", "--backbone", "resnet5000")
    (tmp_path / "theirs.json").write_text(json.dumps(A.to_dict(A.Compose([A.SomeOf([A.Blur()], n=1)]))))
    assert "cannot take over" in refused(tmp_path / "theirs.json")
