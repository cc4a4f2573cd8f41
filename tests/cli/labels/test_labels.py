"""`graft labels`: what looks wrong, and edits that all commands use from then on."""

import json

import pytest

from core.runs import trial
from core.screening.suspects import Suspect, Suspects
from tests.cli.test_commands import QUICK, graft  # noqa: F401 - a fixture

FOUND = Suspects(
    (Suspect("cold/03.png", "3" * 64, "cold", 0.125, "warm", 0.875),
     Suspect("warm/01.png", "1" * 64, "warm", 0.75, "cold", 0.25)), 0.5, ("rare [red]",),
)  # fmt: skip


@pytest.fixture
def search(monkeypatch):
    """Stands in for the search; holds the experiments that it was asked for."""
    asked = []

    def suspicious_labels(experiment, workspace, device, control):
        asked.append(experiment)
        yield from ()
        return FOUND

    monkeypatch.setattr(trial, "suspicious_labels", suspicious_labels)
    return asked


def edits(graft, images):  # noqa: F811
    return json.loads(graft("labels", "--data", images, "--list", "--json")[1])["edits"]


def test_what_looks_wrong_is_listed_and_whole_in_json(graft, images, search):  # noqa: F811
    code, out, err = graft("labels", "--data", images)
    assert code == 0
    assert "cold/03.png" in out
    assert "12 %" in out
    assert "88 %" in out
    assert "warm/01.png" not in out, "it looks as it is labelled"
    assert "1 of 2 labels look wrong" in out
    assert "Class rare [red] has too few images" in err
    code, out, _ = graft("labels", "--data", images, "--json")
    found = json.loads(out)
    assert (found["images"], found["suspicious"], found["accuracy"]) == (2, 1, 0.5)
    assert found["ranked"][0] == {
        "image": "cold/03.png", "digest": "3" * 64, "label": "cold", "confidence": 0.125, "other": "warm",
        "other_confidence": 0.875,
    }  # fmt: skip
    assert found["unjudged_classes"] == ["rare [red]"]


def test_images_are_relabelled_left_out_and_taken_back(graft, images, search):  # noqa: F811
    code, out, _ = graft(
        "labels", "--data", images, "--relabel", "cold/03.png=warm", "--exclude", "warm/01.png", "--relabel",
        "cold/04.png=warm",
    )  # fmt: skip
    assert code == 0
    assert out.splitlines() == [
        "cold/03.png: now warm (before: cold)", "cold/04.png: now warm (before: cold)",
        "warm/01.png: left out (before: warm)",
    ]  # fmt: skip
    assert search == [], "an edit needs no search"
    assert [one["labels"] for one in edits(graft, images)] == [["warm"], ["warm"], None]
    graft("labels", "--data", images, "--undo", "cold/04.png")
    assert [one["image"] for one in edits(graft, images)] == ["cold/03.png", "warm/01.png"]
    _, out, err = graft("data", images, "--json")
    report = json.loads(out)
    assert (report["classes"], report["left_out"]) == (
        {"cold": 11, "warm": 12}, [{"name": "warm/01.png", "reason": "Excluded by hand."}],
    )  # fmt: skip
    assert "With 2 edits of this workspace" in err
    assert json.loads(graft("data", images, "--no-edits", "--json")[1])["classes"] == {"cold": 12, "warm": 12}
    graft("labels", "--data", images)
    assert [one.image for one in search[0].data.reading.edits] == ["cold/03.png", "warm/01.png"], "the next search"


def test_a_training_uses_them_and_its_record_says_so(graft, images, tmp_path):  # noqa: F811
    graft("labels", "--data", images, "--relabel", "cold/03.png=warm")
    code, out, err = graft("train", "--data", images, *QUICK, "--phase", "head:1", "--json")
    assert code == 0
    assert "With 1 edit of this workspace" in err
    run = json.loads(out)["run_id"]
    kept = (tmp_path / "workspace" / "runs" / run / "experiment.yaml").read_text()
    assert "edits" in kept
    assert "image: cold/03.png" in kept
    plain = json.loads(graft("train", "--data", images, *QUICK, "--phase", "head:1", "--no-edits", "--json")[1])[
        "run_id"
    ]
    assert "edits" not in (tmp_path / "workspace" / "runs" / plain / "experiment.yaml").read_text()
    graft("labels", "--data", images, "--undo", "cold/03.png")
    path = tmp_path / "workspace" / "runs" / run / "experiment.yaml"
    code, out, err = graft("train", "--experiment", path, "--json")
    assert code == 0, "an experiment has its own edits"
    again = json.loads(out)["run_id"]
    assert "cold/03.png" in (tmp_path / "workspace" / "runs" / again / "experiment.yaml").read_text()


@pytest.mark.parametrize(
    ("options", "says"),
    [(("--relabel", "cold/03.png"), "--relabel takes IMAGE=CLASS"),
     (("--relabel", "cold/99.png=warm"), "There is no image 'cold/99.png' in the data set"),
     (("--relabel", "cold/03.png=hot"), "there is no class 'hot' (there are cold, warm)"),
     (("--exclude", "nothing"), "There is no image 'nothing'"),
     (("--undo", "cold/03.png"), "There is no edit of 'cold/03.png'")],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_kept(graft, images, options, says):  # noqa: F811
    code, _, err = graft("labels", "--data", images, *options)
    assert code == 2
    assert says in err
    assert edits(graft, images) == []


def test_the_mended_set_is_copied_by_class_and_read_again_as_it_is(graft, images, tmp_path):  # noqa: F811
    graft("labels", "--data", images, "--relabel", "cold/03.png=warm", "--exclude", "warm/01.png")
    code, out, _ = graft("labels", "--data", images, "--export", tmp_path / "mended", "--json")
    assert (code, json.loads(out)["files"]) == (0, 23)
    copied = {path.relative_to(tmp_path / "mended").as_posix() for path in (tmp_path / "mended").rglob("*.png")}
    assert {"warm/03.png", "warm/03-2.png", "warm/02.png", "cold/02.png"} <= copied
    assert not {"cold/03.png", "warm/01.png"} & copied
    assert (tmp_path / "mended" / "cold" / "02.png").read_bytes() == (images / "cold" / "02.png").read_bytes()
    assert json.loads(graft("data", tmp_path / "mended", "--json")[1])["classes"] == {"cold": 11, "warm": 12}
    code, _, err = graft("labels", "--data", images, "--export", tmp_path / "mended")
    assert code == 2
    assert "is not an empty folder" in err
    assert graft("labels", "--data", images, "--export", tmp_path / "mended.zip")[0] == 0
    assert json.loads(graft("data", tmp_path / "mended.zip", "--json")[1])["classes"] == {"cold": 11, "warm": 12}
