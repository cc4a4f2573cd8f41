import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core import cli
from core.experiment import Phase
from core.runs.status import Status
from core.runs.workspace import Workspace
from tests.conftest import make_experiment, make_images

ROOT = Path(__file__).parents[2]
QUICK = ["--backbone", "mobilenet_v3_small", "--weights", "none", "--image-size", "32", "--device", "cpu"]


@pytest.fixture
def graft(tmp_path, monkeypatch, capsys):
    """Runs a command in this process; returns exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setattr(cli.people, "width", 400)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["graft", *map(str, arguments)])
        monkeypatch.setattr(cli.people, "_file", sys.stderr)  # what `file` says would stay after the test
        with pytest.raises(SystemExit) as caught:
            cli.main()
        out, err = capsys.readouterr()
        return caught.value.code or 0, out, err

    return call


def test_train_predict_and_list(graft, images, tmp_path):
    code, out, _ = graft("train", "--data", images, *QUICK, "--phase", "head:1", "--phase", "all:1:1e-4", "--json")
    assert code == 0
    summary = json.loads(out.splitlines()[-1])
    assert set(summary) == {
        "run_id", "status", "seconds", "images_per_second", "limit", "waited", "epochs", "kept", "kept_epoch", "val",
        "test",
    }  # fmt: skip
    assert summary["kept"] == "chosen"
    assert summary["kept_epoch"] in (0, 1)
    assert summary["status"] == "completed"
    assert summary["epochs"] == 2
    assert {"accuracy", "accuracy_low", "accuracy_high", "balanced_accuracy", "macro_f1", "n"} <= set(summary["test"])
    run_id = summary["run_id"]
    assert (tmp_path / "workspace" / "runs" / run_id / "best.safetensors").exists()

    two_images = sorted((images / "cold").iterdir())[:2]
    code, out, _ = graft("predict", run_id, *two_images, "--json")
    assert code == 0
    answers = json.loads(out.splitlines()[-1])
    assert [a["path"] for a in answers] == [str(p) for p in two_images]
    for answer in answers:
        assert set(answer) == {"path", "class", "probabilities"}
        assert abs(sum(answer["probabilities"].values()) - 1) < 1e-5
        assert answer["class"] == max(answer["probabilities"], key=answer["probabilities"].get)

    code, out, _ = graft("runs", "--json")
    assert [run["run_id"] for run in json.loads(out)] == [run_id]
    code, out, _ = graft("runs")
    assert run_id in out
    assert "completed" in out


def test_the_experiment_file_of_a_run_reproduces_it(graft, images, tmp_path):
    _, out, _ = graft("train", "--data", images, *QUICK, "--phase", "head:2", "--json")
    first = json.loads(out.splitlines()[-1])["run_id"]
    file = tmp_path / "workspace" / "runs" / first / "experiment.yaml"
    _, out, _ = graft("train", "--experiment", file, "--device", "cpu", "--json")
    second = json.loads(out.splitlines()[-1])["run_id"]
    store = Workspace(tmp_path / "workspace").store
    assert [s.loss for s in store.steps(first)] == [s.loss for s in store.steps(second)]
    assert store.run(first).digest == store.run(second).digest


def test_options_change_the_experiment_of_a_file(graft, images, tmp_path):
    _, out, _ = graft("train", "--data", images, *QUICK, "--phase", "head:1", "--json")
    file = tmp_path / "workspace" / "runs" / json.loads(out.splitlines()[-1])["run_id"] / "experiment.yaml"
    options = ["--seed", 7, "--batch-size", 4, "--augment", "none", "--views", "fresh", "--optimizer", "sgd"]
    _, out, _ = graft("train", "--experiment", file, *options, "--json")
    run = Workspace(tmp_path / "workspace").store.run(json.loads(out.splitlines()[-1])["run_id"])
    assert (run.experiment.seed, run.experiment.recipe.batch_size, run.experiment.views) == (7, 4, "fresh")
    assert run.experiment.recipe.optimizer == "sgd"
    assert run.experiment.pipeline.steps == ()
    assert run.experiment.backbone.image_size == 32


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--data", "sample:nothing"], "sample"),
        (["--data", "nowhere/at/all"], "nowhere"),
        (["--data", "IMAGES", "--backbone", "resnet5"], "resnet50"),
        (["--data", "IMAGES", "--phase", "layer9:1"], "head"),
        (["--data", "IMAGES", "--phase", "head"], "head:8"),
        (["--data", "IMAGES", "--phase", "head:zero"], "head:8"),
        (["--data", "IMAGES", "--phase", "head:1:-3"], "head:8"),
        (["--data", "IMAGES", "--phase", ":3"], "Stages"),
        (["--data", "IMAGES", "--augment", "extreme"], "strong"),
        (["--data", "IMAGES", "--views", "many"], "fresh"),
        (["--data", "IMAGES", "--optimizer", "lion"], "adamw"),
        (["--data", "IMAGES", "--batch-size", "0"], "batch_size"),
        (["--data", "IMAGES", "--image-size", "5"], "32"),
        (["--data", "IMAGES", "--device", "tpu"], "cpu"),
        (["--data", "IMAGES", "--weights", "missing.safetensors"], "missing.safetensors"),
        (["--experiment", "missing.yaml"], "missing.yaml"),
        ([], "--data"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(graft, images, tmp_path, arguments, says):
    code, out, err = graft("train", *[str(images) if a == "IMAGES" else a for a in arguments], "--json")
    assert code == 2
    assert says in err
    assert "Traceback" not in err
    assert out == ""
    live = Workspace(tmp_path / "workspace").store.live()
    assert live == []


def test_names_that_steer_a_terminal_are_shown_and_those_that_are_no_text_are_kept(graft, images, tmp_path):
    name = os.fsdecode(b"n\xff\x1b[31m")
    (images / "cold").rename(images / "co\x1b]0;x\x07ld")
    code, out, err = graft("train", "--data", images, *QUICK, "--phase", "head:1", "--name", name)
    assert (code, "\x1b" in out + err, "co\\x1b]0;x\\x07ld" in out + err) == (0, False, True)
    assert r"n\xff\x1b[31m" in graft("runs")[1]
    place = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b")
    images.rename(place)
    code, _, err = graft("train", "--data", place, *QUICK, "--phase", "head:1")
    assert (code, "\\xff\\x1b holds bytes that are no UTF-8" in err, "\x1b" in err) == (2, True, False)


def test_files_that_are_left_out_are_named_and_kept_with_the_run(graft, images, tmp_path):
    (images / "cold" / "note[1].jpg").write_text("no image")
    for number in range(12):
        (images / "cold" / f"zz{number}.png").touch()
    code, out, err = graft("train", "--data", images, *QUICK, "--phase", "head:1", "--json")
    assert code == 0
    assert "note[1].jpg was left out" in err
    assert "3 more files were left out; `graft data` names them." in err.splitlines()
    run_id = json.loads(out.splitlines()[-1])["run_id"]
    said = [line.message for line in Workspace(tmp_path / "workspace").store.lines(run_id, 100)]
    assert any("note[1].jpg was left out" in line for line in said)


def test_bad_images_are_named_and_the_others_answered(graft, images, tmp_path):
    _, out, _ = graft("train", "--data", images, *QUICK, "--phase", "head:1", "--json")
    run_id = json.loads(out.splitlines()[-1])["run_id"]
    (tmp_path / "page.jpg").write_text("<html></html>")
    good = images / "cold" / "00.png"
    code, out, err = graft("predict", run_id, tmp_path / "page.jpg", good, tmp_path / "missing.png", "--json")
    assert code == 2
    assert [a["path"] for a in json.loads(out.splitlines()[-1])] == [str(good)]
    assert "page.jpg" in err
    assert "missing.png" in err
    assert graft("predict", "../../x", good)[0] == 2
    assert graft("resume", run_id)[0] == 2
    assert graft("resume", "nothing")[0] == 2


def test_backbones_are_listed(graft):
    code, out, _ = graft("backbones", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert rows["efficientnet_lite0"]["on_this_machine"] is True
    assert "resnet50" in rows
    assert "efficientnet_lite0" in graft("backbones")[1]


@pytest.mark.slow
def test_ctrl_c_leaves_a_run_that_resume_finishes(images, tmp_path):
    environment = {**os.environ, "GRAFT_WORKSPACE": str(tmp_path / "workspace")}
    command = [sys.executable, "-m", "core", "train", "--data", str(images), *QUICK, "--phase", "head:60", "--json"]
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    for line in child.stderr:
        if line.startswith("epoch   2"):
            os.kill(child.pid, signal.SIGINT)
            break
    rest = child.stderr.read()
    assert child.wait(20) == 130
    assert "graft resume" in rest
    (run,) = Workspace(tmp_path / "workspace").store.runs()
    assert run.status is Status.INTERRUPTED
    again = subprocess.run(
        [sys.executable, "-m", "core", "resume", run.id, "--json"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(again.stdout.splitlines()[-1])["epochs"] == 60


@pytest.mark.slow
def test_a_learning_rate_is_looked_for_with_the_options_of_a_training(graft, images, tmp_path):
    options = ["--data", images, *QUICK, "--phase", "head:2", "--phase", "all:1:1e-4", "--batch-size", 8]
    code, out, _ = graft("find-lr", *options, "--json")
    assert code == 0
    found = json.loads(out.splitlines()[-1])
    assert set(found) == {"rates", "losses", "smoothed", "suggested", "reason"}
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"]) > 8
    assert Workspace(tmp_path / "workspace").store.runs() == []
    assert json.loads(graft("find-lr", *options, "--json")[1].splitlines()[-1]) == found
    code, out, _ = graft("find-lr", *options, "--phase-number", 2)
    assert code == 0
    assert "phase 1 was trained" in out
    file = tmp_path / "solved.yaml"
    solved = make_experiment(
        images, phases=(Phase(stages=("head",), epochs=2, solver="lbfgs"), Phase(stages=("head",), epochs=1))
    )
    file.write_text(solved.to_yaml())
    assert "phase 1 was fitted" in graft("find-lr", "--experiment", file)[1], "the first phase that has a rate"
    assert "no learning rate" in graft("find-lr", "--experiment", file, "--phase-number", 1)[1]
    code, out, err = graft("find-lr", *options, "--phase-number", 3)
    assert (code, out) == (2, "")
    assert "no phase 3" in err


def test_what_a_training_will_take_is_measured_without_a_run(graft, images):
    options = ("--data", images, "--backbone", "mobilenet_v3_small", "--weights", "none", "--image-size", 32)
    options = (*options, "--phase", "head:3")
    code, out, _ = graft("estimate", *options, "--json")
    found = json.loads(out.splitlines()[-1])
    assert code == 0
    assert 0 < found["seconds"] <= found["seconds_uncut"]
    assert found["kept_bytes"] > 0
    assert "with what is kept" in graft("estimate", *options)[1]
    assert json.loads(graft("runs", "--json")[1].splitlines()[-1]) == []


def test_train_and_find_lr_offer_the_same_options(graft):
    described = ("--data", "--backbone", "--weights", "--phase", "--augment", "--views", "--batch-size", "--image-size",
                 "--optimizer", "--seed", "--experiment", "--device", "--workspace", "--json")  # fmt: skip
    for command in ("train", "find-lr"):
        code, out, _ = graft(command, "--help")
        assert code == 0
        assert [option for option in described if option not in out] == []


def test_a_zip_is_trained_like_a_folder(graft, tmp_path):
    import shutil

    folder = make_images(tmp_path / "zipped")
    archive = shutil.make_archive(str(tmp_path / "images"), "zip", folder)
    code, out, _ = graft("train", "--data", archive, *QUICK, "--phase", "head:1", "--json")
    assert code == 0
    assert json.loads(out.splitlines()[-1])["val"]["n"] == 4


@pytest.mark.slow
def test_safety_tells_its_verdict(graft, images):
    code, out, _ = graft("safety", "--data", images, "--augment", "HorizontalFlip", "--json")
    assert code == 0
    found = json.loads(out.splitlines()[-1])
    assert {"verdict", "reason", "affinity", "flip_rate", "classes", "confusions"} <= set(found)
    assert found["verdict"] in ("green", "amber", "red", "unknown")
    assert {one["name"] for one in found["classes"]} == {"cold", "warm"}
    code, out, _ = graft("safety", "--data", images, "--augment", "light")
    assert code == 0
    assert "Only trainings decide" in out


def test_safety_of_an_unknown_transform_names_the_nearest(graft, images):
    code, _, err = graft("safety", "--data", images, "--augment", "HorizontalFlop")
    assert code == 2
    assert "HorizontalFlop" in err
    assert "Traceback" not in err


def test_augment_writes_copies_and_does_not_overwrite(graft, images, tmp_path):
    arguments = ("augment", "--data", images, "--augment", "light", "--copies", "2", "--out", tmp_path / "copies")
    code, out, _ = graft(*arguments, "--image-size", "32", "--json")
    assert code == 0
    message_text = json.loads(out.splitlines()[-1])
    assert message_text["files"] == len(list((tmp_path / "copies").glob("*/*.png"))) > 0
    code, _, err = graft(*arguments)
    assert code == 2
    assert "nothing was written" in err


def test_what_is_left_out_of_another_program_s_pipeline_is_said(graft, images, tmp_path):
    theirs = {"transform": {"__class_fullname__": "Compose", "p": 1.0, "transforms": [
        {"__class_fullname__": "HorizontalFlip", "p": 0.5}, {"__class_fullname__": "Normalize", "p": 1.0},
    ]}}  # fmt: skip
    (tmp_path / "theirs.json").write_text(json.dumps(theirs))
    arguments = ("--data", images, *QUICK, "--phase", "head:1", "--augment", tmp_path / "theirs.json")
    code, out, err = graft("train", *arguments, "--json")
    assert code == 0
    assert "Normalize was left out" in err
    run_id = json.loads(out.splitlines()[-1])["run_id"]
    used = Workspace(tmp_path / "workspace").store.run(run_id).experiment.pipeline.steps
    assert [step.transform for step in used] == ["HorizontalFlip"]
