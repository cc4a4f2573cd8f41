"""`graft data`, and the lines with which every command on images begins."""

import json

import pytest

from tests.cli.test_commands import graft
from tests.conftest import make_images

__all__ = ["graft"]


@pytest.fixture
def variants(tmp_path):
    """Two copies of three classes, which nobody but the user can tell from classes."""
    for seed, name in enumerate(("grey", "rgb")):
        make_images(tmp_path / "set" / name, ("bars", "cross", "disc"), per_class=7 + seed, seed=seed)
    return tmp_path / "set"


def test_data_says_what_is_made_of_a_folder(graft, variants):
    code, out, err = graft("data", variants, "--layout", "only:rgb", "--json")
    assert (code, err) == (0, ""), "no bar, nor a line that one leaves, where no terminal is"
    found = json.loads(out.splitlines()[-1])
    assert found["classes"] == {"bars": 8, "cross": 8, "disc": 8}
    assert sum(found["parts"].values()) == 24
    assert list(found["parts"]) == ["train", "val", "test"]
    assert found["left_out"] == [{"name": "grey", "reason": "Is not read: only 'rgb' is."}]
    assert (found["task"], found["problems"]) == ("classification", [])


def test_data_for_people(graft, variants):
    (variants / "rgb" / "emu").mkdir()
    code, out, _ = graft("data", variants / "rgb")
    assert code == 0
    assert "rgb: 4 classes: bars 8, cross 8, disc 8, emu 0;" in out
    assert "Class 'emu' has no readable image" in out


def test_an_unclear_folder_is_refused_with_the_choices(graft, variants):
    for command in (["data", variants], ["train", "--data", variants], ["data", variants, "--json"]):
        code, out, err = graft(*command)
        assert (code, out) == (2, "")
        assert "all hold the same folders ('bars', 'cross' and 'disc')" in err
        assert "--layout only:grey   only the folder 'grey' is read: 3 classes: bars 7, cross 7, disc 7" in err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--layout", "class"], "--layout takes auto, folders"),
        (["--layout", "folders", "--label-column", "a"], "--layout folders reads no file of labels"),
        (["--labels", "no.csv"], "no file of labels no.csv"),
    ],
)
def test_options_that_cannot_be_used(graft, variants, options, says):
    code, _, err = graft("data", variants, *options)
    assert code == 2
    assert says in err


@pytest.mark.parametrize("command", ["estimate", "find-lr", "augment", "safety"])
def test_every_command_says_which_images_it_reads(graft, variants, tmp_path, command):
    more = {
        "estimate": ["--weights", "none", "--image-size", 32], "find-lr": ["--weights", "none", "--phase-number", 99],
        "augment": ["--augment", "none", "--out", tmp_path / "copies", "--copies", 1, "--image-size", 32],
        "safety": ["--augment", "light", "--device", "cuda:97"],
    }[command]  # fmt: skip
    _, _, err = graft(command, "--data", variants, "--layout", "only:grey", *more)
    assert "3 classes: bars 7, cross 7, disc 7; " in err
    assert "rgb was left out: Is not read: only 'grey' is." in err


def test_copies_of_images_that_have_gone_meanwhile_are_not_counted(graft, tmp_path, monkeypatch):
    folder = make_images(tmp_path / "set", ("bars", "cross"), per_class=7)

    def written(_dataset, items, *_, **__):
        yield from ()
        return [f"{item.name}: has gone" for item in items[:2]]

    monkeypatch.setattr("core.export.copies.write_copies", written)
    made = ("augment", "--data", folder, "--augment", "none", "--copies", 3, "--out", tmp_path / "copies")
    _, out, err = graft(*made)
    assert "Wrote 36 copies of 12 images" in out
    assert err.count("has gone") == 2
    found = json.loads(graft(*made, "--json")[1].splitlines()[-1])
    assert (found["files"], len(found["left_out"])) == (36, 2)


def test_near_copies_count_for_augmented_copies(graft, tmp_path):
    from PIL import Image

    folder = make_images(tmp_path / "set", ("bars", "cross"), per_class=7)
    for number in range(3):
        with Image.open(folder / "bars" / "00.png") as image:
            image.point(lambda value, by=number: value + 1 + by).save(folder / "bars" / f"again{number}.png")
    said = {}
    for how in ("keep", "group", "drop"):
        out = tmp_path / how
        code, _, err = graft(
            "augment", "--data", folder, "--augment", "none", "--copies", 1, "--image-size", 32, "--out", out,
            "--near-copies", how,
        )  # fmt: skip
        assert code == 0, err
        said[how] = len(list(out.rglob("*.png"))) + len(list(out.rglob("*.jpg")))
    assert said == {"keep": 17, "group": 17, "drop": 14}
