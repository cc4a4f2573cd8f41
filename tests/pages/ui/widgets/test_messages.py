"""Text from users reaches the page as text."""

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import UnusableDataset
from pages.ui.widgets.messages import literal, show_error


@pytest.mark.parametrize("text", ["bird", "Äpfel 123", "日本語", "שלום"])
def test_plain_words_stay_as_they_are(text):
    assert literal(text) == text


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("<img src=x onerror=alert(1)>", "x onerror="),
        ("[x](javascript:alert(1))", "]("),
        (":red[x]", ":red["),
        ("$x$", "$x$"),
        (":material/home:", ":material"),
        ("**bold**", "**"),
        ("https://example.org", "://"),
        ("a\n# title", "\n"),
    ],
)
def test_markup_is_broken_apart(text, forbidden):
    assert forbidden not in literal(text)


def error_app() -> None:
    from core.errors import UnusableDataset
    from pages.ui.widgets.messages import show_error

    show_error(UnusableDataset("The class '<b>*x*' has one image. Add more images."))


def test_an_error_is_one_box_with_its_sentence():
    at = AppTest.from_function(error_app).run()
    assert at.error[0].icon == ":material/error:"
    assert at.error[0].value == literal("The class '<b>*x*' has one image. Add more images.")
    assert show_error(UnusableDataset("outside a page nothing happens")) is None


def empty_app() -> None:
    from pages.ui.widgets.messages import empty_state, explain

    empty_state("No runs yet", "Train a model first.", "Go to training", "pages/train.py")
    explain("What is a fold?", "An idea.", r"x^2", "Someone 2020")


def test_an_empty_state_has_one_button():
    at = AppTest.from_function(empty_app).run()
    assert not at.exception
    assert [button.label for button in at.button] == ["Go to training"]
    assert at.subheader[0].value == "No runs yet"
    assert at.latex[0].value.strip("$\n") == "x^2"
