"""Parsers of option values that are more than one word or number."""

from collections.abc import Sequence

from core.errors import InvalidExperiment, unknown_name
from core.recipe import Recipe
from core.text import short

LONGEST_NUMBER = 9  # digits; int() raises for thousands of them


def parse_settings(texts: Sequence[str]) -> dict[str, str]:
    """Parse texts such as 'recipe.mixup=0.2' into fields of the recipe; the recipe validates the values.

    Raises `InvalidExperiment`.
    """
    fields_set: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        section, _, field = name.strip().partition(".")
        if section != "recipe" or not equals:
            fields = ", ".join(Recipe.model_fields)
            raise InvalidExperiment(
                f"--set takes recipe.FIELD=VALUE, such as recipe.mixup=0.2; got '{short(text)}'. "
                f"FIELD is one of: {fields}."
            )
        if field not in Recipe.model_fields:
            raise InvalidExperiment(unknown_name("recipe field", field, Recipe.model_fields))
        fields_set[field] = value.strip()
    return fields_set


def parse_views(text: str) -> int | str:
    """A number of fixed views, or 'fresh'. Raises `InvalidExperiment`."""
    if text == "fresh":
        return text
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise InvalidExperiment(f"--views takes a number or 'fresh'; got '{short(text)}'.")
    return int(text)
