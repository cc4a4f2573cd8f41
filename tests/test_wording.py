"""A choice within a sentence: the same data for scripts, the command line and the pages."""

import ast

import pytest

from core.cli.words import in_options
from core.errors import InvalidInput
from core.wording import OWN, as_reading, worded

VALUES = [
    "tags",
    "a b",
    "it's",
    'say "x"',
    "a`b`",
    "}`",
    "\u202eevil",
    "\udc80",
    "naïve 猫",
    "\x1b[31m",
    "\\u0041",
    "\U000e0001",
]


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_any_value_comes_back_whole_also_out_of_an_error(value):
    found = []
    sentence = f"Read it otherwise ({as_reading(layout='csv', label_column=value)}), or not."
    said = worded(str(InvalidInput(sentence)), lambda reading: found.append(dict(reading)) or "HERE")
    assert said == "Read it otherwise (HERE), or not."
    assert found == [{"layout": "csv", "label_column": value}]


def test_for_scripts_it_is_the_argument_that_they_give():
    said = as_reading(task="multilabel", label_column="a b").strip("`")
    call = ast.parse(f"train('x', {said})").body[0].value
    assert ast.literal_eval(call.keywords[0].value) == {"task": "multilabel", "label_column": "a b"}


def test_on_the_command_line_it_is_options_quoted_for_a_shell():
    said = f"{as_reading(label_column=OWN)} or {as_reading(task='classification', label_column='a b')}."
    assert in_options(said) == "`--label-column` or `--task classification --label-column 'a b'`."
    assert "\u202e" not in in_options(as_reading(layout="only:\u202e"))


@pytest.mark.parametrize(
    "text",
    ['`reading={"task": "multi', '`reading={"task": 3}`', "`reading={}`", "`reading={x}`", "reading=[1]", "--task"],
)
def test_what_is_no_choice_stays(text):
    assert in_options(text) == text
