"""Which widget serves a field, with which bounds and step."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from pages.ui.widgets import fields, forms
from pages.ui.widgets.fields import Shape, shape

Share = Annotated[float, Field(ge=0, le=1)]


class Model(BaseModel):
    on: bool = True
    maybe: bool | None = None
    text: str = "x"
    note: str | None = None
    kind: Literal["a", "b"] = "a"
    other: Literal["a", "b"] | None = None
    count: int = Field(3, ge=1, le=200)
    many: int = Field(3, ge=0, lt=202)
    free: int = 5
    share: Share = 0.5
    rate: float = Field(0.001, gt=0, le=10)
    wide: float = Field(30.0, ge=0, le=180)
    small: float | None = Field(None, gt=0, le=1)
    views: int | Literal["fresh"] = Field(8, ge=1, le=1000)
    names: tuple[str, ...] = ()
    pair: tuple[float, float] = Field((0.8, 1.2), json_schema_extra={"ge": 0.1, "le": 3})
    sizes: tuple[int, int] = Field((3, 7), json_schema_extra={"ge": 1, "le": 31})
    shares: tuple[Share, Share] = (0.25, 0.5)


@pytest.mark.parametrize(
    ("name", "expected", "slides"),
    [
        ("on", Shape("bool"), False), ("maybe", Shape("bool", True), False), ("text", Shape("text"), False),
        ("note", Shape("text", True), False), ("kind", Shape("choice", choices=("a", "b")), False),
        ("other", Shape("choice", True, choices=(None, "a", "b")), False),
        ("count", Shape("int", False, 1, 200, 1), True), ("many", Shape("int", False, 0, 202, 1), False),
        ("free", Shape("int", False, None, None, 1), False), ("share", Shape("float", False, 0, 1, 0.01), True),
        ("rate", Shape("float", False, 0, 10, 0.0001), False), ("wide", Shape("float", False, 0, 180, 1.0), True),
        ("small", Shape("float", True, 0, 1, 0.01), False),
        ("views", Shape("number_or_word", False, 1, 1000, 1, ("fresh",)), False), ("names", Shape("names"), False),
        ("pair", Shape("float_range", False, 0.1, 3, 0.01), True),
        ("sizes", Shape("int_range", False, 1, 31, 1), True), ("shares", Shape("float_range", False, 0, 1, 0.01), True),
    ],
)  # fmt: skip
def test_a_field_has_the_widget_of_its_kind(name, expected, slides):
    found = shape(name, Model.model_fields[name])
    assert found == expected
    assert found.slides is slides


@pytest.mark.parametrize(
    "annotation", [list[int], dict[str, int], tuple[int, ...], tuple[int, float], int | str, tuple[str, str]]
)
def test_what_has_no_widget_is_refused_by_name(annotation):
    class Other(BaseModel):
        strange: annotation

    with pytest.raises(TypeError, match="no widget for the field 'strange'"):
        shape("strange", Other.model_fields["strange"])


@pytest.mark.parametrize(
    ("low", "high", "default", "step"),
    [(0, 1, 0.5, 0.01), (0, 1, 0.025, 0.01), (0, 1, 0.0249, 0.001), (0, 10, 0.001, 0.0001), (0, 10, 0.0, 0.1),
     (None, 1, 0.3, 0.01), (None, None, 0.0, 0.01), (None, None, 250.0, 10.0), (0, 1, (0.001, 0.9), 0.0001),
     (0, 300, 200.0, 1.0), (0, 320, 200.0, 10.0), (-1, 1, -0.5, 0.01)],
)  # fmt: skip
def test_a_step_is_a_hundredth_of_the_range_or_a_tenth_of_a_tiny_default(low, high, default, step):
    assert fields._step(low, high, default) == pytest.approx(step)


@pytest.mark.parametrize(("steps", "slides"), [(200, True), (201, False)])
def test_a_slider_has_at_most_two_hundred_steps(steps, slides):
    assert Shape("int", False, 0, steps, 1).slides is slides
    assert Shape("int_range", False, 0, steps, 1).slides


@pytest.mark.parametrize(
    ("form", "number", "text"),
    [(Shape("int", False, 0, 9, 1), int, "%d"), (Shape("float", False, 0, 1, 0.01), float, "%.2f"),
     (Shape("float", False, 0, 180, 1.0), float, "%.0f"), (Shape("float", False, 0, 10, 0.0001), float, "%.6g"),
     (Shape("float", False, 0, 1, 0.5), float, "%.1f")],
)  # fmt: skip
def test_numbers_are_shown_as_finely_as_they_move(form, number, text):
    assert forms._format(form, number) == text


def test_bounds_are_numbers_of_their_kind():
    assert forms._bounds(Shape("int", False, 1.0, None, 1), int) == {"min_value": 1, "max_value": None, "step": 1}
    found = forms._bounds(Shape("float", False, None, 2, None), float)
    assert found == {"min_value": None, "max_value": 2.0, "step": 1.0}
    assert [type(found[name]) for name in ("max_value", "step")] == [float, float]


@pytest.mark.parametrize(
    ("choice", "word"), [(None, "automatic"), (True, "yes"), (False, "no"), ("a_b", "a_b"), (3, "3")]
)
def test_a_choice_has_a_word(choice, word):
    assert forms._word(choice) == word
    assert forms._word_label(choice) == word.replace("_", "\\_")
