import ast
from pathlib import Path

import pytest

from core.cli import texts
from core.cli.texts import parse_settings, parse_views
from core.cli.words import options
from core.errors import InvalidExperiment
from core.wording import OWN


def test_settings_and_views_in_words():
    assert parse_settings(["recipe.mixup=0.2", " recipe.monitor = accuracy ", "recipe.mixup=0.3"]) == {
        "mixup": "0.3", "monitor": "accuracy",
    }  # fmt: skip
    for text, said in (("mixup=0.2", "got 'mixup=0.2'"), ("recipe.mixup", "recipe.FIELD"), ("recipe.mixupp=1", "mixup"),
                       ("data.source=x", "recipe.FIELD")):  # fmt: skip
        with pytest.raises(InvalidExperiment, match=said):
            parse_settings([text])
    assert (parse_views("fresh"), parse_views("12"), parse_views("9" * 9)) == ("fresh", 12, 999_999_999)
    for text in ("-1", "1.5", "new", "", "9" * 10):
        with pytest.raises(InvalidExperiment, match="number or 'fresh'"):
            parse_views(text)


def test_a_choice_is_said_as_options_that_a_shell_takes():
    assert options({"layout": "only:a b", "file_column": OWN}) == "--layout 'only:a b' --file-column"
    assert options({"task": "multilabel", "labels": "a\x1b.csv"}) == "--task multilabel --labels 'a\\x1b.csv'"


def test_what_may_be_long_is_never_broken_at_the_width_of_a_terminal():
    """A path that is broken cannot be copied, and a sentence in a log cannot be searched."""
    folder, broken, whole = Path(texts.__file__).parent, [], 0
    for file in sorted(folder.glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "print"):
                continue
            source = ast.unparse(call)
            if "literal(" in source or "told" in source or len(source) > 150:
                whole += "soft_wrap=True" in source
                broken += [] if "soft_wrap=True" in source else [f"{file.name}:{call.lineno}"]
    assert broken == []
    assert whole > 20
