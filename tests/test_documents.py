"""What README and CONTRIBUTING say is there."""

import re

import pytest

from tests.test_architecture import ROOT


def documents(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_file_that_contributing_names_is_there():
    recipes = documents("CONTRIBUTING.md").split("## Recipes")[1]
    named = re.findall(r"`((?:core|pages|tests|sample_data)/[\w/.]*|app\.py)`", recipes)
    assert len(set(named)) > 40
    missing = {path for path in named if "NAME" not in path and not (ROOT / path).exists()}
    assert not missing
    for recipe in recipes.split("\n### ")[1:]:
        title, *lines = recipe.splitlines()
        first = next(line for line in lines if line.startswith("1. "))
        assert "`" in first or "device" in title, f"{title}: which file is opened first?"
        assert "tests/" in recipe, f"{title}: which test is written?"


TEN = {  # a change -> the file that someone who has never seen the code opens first
    "optimizer": "core/optimizers.py", "family": "core/backbones/selection.py",
    "metric": "core/tasks/classification/scores.py", "page": "pages/NAME.py", "kept features": "core/features/store.py",
    "policy": "core/augment/standalone/policies.py", "export": "core/export/parts.py",
    "bad image": "core/data/decoding/formats.py", "a task": "core/tasks/base.py", "two GPUs": "core/jobs.py",
}  # fmt: skip


@pytest.mark.parametrize(("change", "first"), TEN.items())
def test_a_recipe_names_the_file_to_open_first(change, first):
    (recipe,) = [one for one in documents("CONTRIBUTING.md").split("\n### ")[1:] if change in one.splitlines()[0]]
    assert re.search(r"`((?:core|pages|tests)/[\w/.]+)`", recipe)[1] == first
    assert re.search(r"^1\. .*?`((?:core|pages|tests)/[\w/.]+)`", recipe, re.MULTILINE)[1] == first


def test_the_readme_s_commands_and_options_are_those_that_there_are():
    from typer.main import get_command

    from core.cli.commands import app

    commands = get_command(app).commands
    text = documents("README.md")
    written = re.findall(r"^\.uv/bin/uv run graft ([\w-]+)(.*)$", text, re.MULTILINE)
    assert len(written) >= 10
    for name, rest in written + re.findall(r"`graft ([\w-]+)( [^`]*)?`", text):
        assert name == "--help" or name in commands, f"there is no command {name}"
        known = {option for one in commands.get(name, commands["train"]).params for option in one.opts} | {"--help"}
        assert set(re.findall(r"(?<!\S)--[\w-]+", rest)) <= known, f"graft {name}{rest}"


def test_the_images_of_the_readme_are_there_and_small():
    images = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", documents("README.md"))
    assert len(images) == 2
    assert all(0 < (ROOT / image).stat().st_size < 250_000 for image in images)
