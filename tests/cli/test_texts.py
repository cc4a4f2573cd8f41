import pytest

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
