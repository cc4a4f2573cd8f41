import pytest

from core.cli.texts import parse_settings, parse_views
from core.errors import InvalidExperiment


def test_settings_and_views_in_words():
    assert parse_settings(["recipe.mixup=0.2", " recipe.monitor = accuracy ", "recipe.mixup=0.3"]) == {
        "mixup": "0.3", "monitor": "accuracy",
    }  # fmt: skip
    for text, said in (("mixup=0.2", "got 'mixup=0.2'"), ("recipe.mixup", "recipe.FIELD"), ("recipe.mixupp=1", "mixup"),
                       ("data.source=x", "recipe.FIELD")):  # fmt: skip
        with pytest.raises(InvalidExperiment, match=said):
            parse_settings([text])
    assert (parse_views("fresh"), parse_views("12")) == ("fresh", 12)
    for text in ("-1", "1.5", "new", ""):
        with pytest.raises(InvalidExperiment, match="number or 'fresh'"):
            parse_views(text)
