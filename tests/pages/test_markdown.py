"""Texts of the pages are Markdown: a sign too many shows as a star or an open backtick."""

import ast
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "pages").rglob("*.py"))


def texts(source: str) -> list[str]:
    """Every string literal; of one with values in it, its parts together, with a letter for each value."""
    tree = ast.parse(source)
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inside = {id(part) for node in joined for part in node.values}
    parts = [
        "".join(getattr(part, "value", "x") if isinstance(part, ast.Constant) else "x" for part in node.values)
        for node in joined
    ]
    whole = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in inside]
    return [*parts, *(one for one in whole if isinstance(one, str))]


def broken(text: str) -> bool:
    """Whether bold or code begins and does not end, or bold begins with a star that is shown."""
    words = any(letter.isalpha() for letter in text)  # patterns of names and of characters have none
    return words and ("***" in text or text.count("**") % 2 == 1 or text.count("`") % 2 == 1)


def test_what_is_broken():
    assert all(map(broken, ["***Recall**", "**Recall", "the `name", *texts('f"**{a}*"')]))
    assert not any(map(broken, ["**Recall**", "2 * 3", "", *texts('f"**{a}** and `{b}`"')]))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: "-".join(path.parts[path.parts.index("pages") :]))
def test_bold_and_code_end_where_they_begin(path):
    assert [text for text in texts(path.read_text(encoding="utf-8")) if broken(text)] == []
