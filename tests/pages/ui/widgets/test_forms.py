"""Each kind of field as a widget: what it shows, what comes back, and values that change from outside."""

from typing import Literal

import pytest
from pydantic import BaseModel, Field
from streamlit.testing.v1 import AppTest

from core.augment.catalogue import TRANSFORMS
from core.experiment import Recipe
from pages.ui.widgets import forms
from pages.ui.widgets.fields import shape


class Everything(BaseModel):
    """One field of each kind."""

    on: bool = Field(True, title="Switch")
    count: int = Field(3, ge=1, le=20, title="Count")
    batch: int = Field(16, ge=1, le=1024, title="Batch")
    share: float = Field(0.2, ge=0, le=1, title="Share")
    rate: float = Field(1e-3, gt=0, le=10, title="Rate", description="Peak rate; `x` <b>.")
    size: int | None = Field(None, ge=32, le=1024, title="Size (px)")
    limits: tuple[float, float] = Field((0.8, 1.0), title="Limits", json_schema_extra={"ge": 0.1, "le": 2.0})
    whole: tuple[int, int] = Field((1, 3), title="Whole", json_schema_extra={"ge": 0, "le": 9})
    open_pair: tuple[float, float] = Field((0.0, 1.0), title="Open")
    mode: Literal["a", "b"] = Field("a", title="Mode")
    many: Literal["one", "two", "three", "four", "five"] = Field("two", title="Many")
    name: str = Field("x", title="Name")
    note: str | None = Field(None, title="Note")
    stages: tuple[str, ...] = Field(("head",), title="Stages")
    views: int | Literal["fresh"] = Field(8, title="Views")


def everything_app() -> None:
    import streamlit as st
    from test_forms_models import Everything

    from pages.ui.widgets.forms import render_form

    held = st.session_state.setdefault("held", Everything())
    result = render_form(Everything, held, "form", columns=2)
    if result.model is not None:
        st.session_state["held"] = result.model
    st.session_state["result"] = result


def recipe_app() -> None:
    import streamlit as st

    from core.experiment import Recipe
    from pages.ui.widgets.forms import render_form

    @st.fragment
    def form() -> None:
        result = render_form(Recipe, st.session_state.setdefault("held", Recipe()), "recipe")
        if result.model is not None:
            st.session_state["held"] = result.model
        st.session_state["result"] = result

    if st.button("preset"):
        st.session_state["held"] = Recipe(learning_rate=3e-5, batch_size=64, optimizer="sgd", label_smoothing=0.0)
    form()


def split_app() -> None:
    import streamlit as st

    from core.experiment import Phase, SplitSpec
    from pages.ui.widgets.forms import render_form

    def kept(name, kind, start, **options):
        result = render_form(kind, st.session_state.setdefault(f"held {name}", start), name, **options)
        if result.model is not None:
            st.session_state[f"held {name}"] = result.model.model_dump(mode="json")
        st.session_state[name] = result

    kept("split", SplitSpec, {}, fields=["val", "test"])
    options = {"stages": ["stem", "layer4", "head"]}
    kept("phase", Phase, {"stages": ["head"], "epochs": 3}, options=options)


@pytest.fixture
def everything(monkeypatch) -> AppTest:
    import sys
    import types

    module = types.ModuleType("test_forms_models")
    module.Everything = Everything
    monkeypatch.setitem(sys.modules, "test_forms_models", module)
    return AppTest.from_function(everything_app, default_timeout=20).run()


def test_untouched_widgets_give_the_defaults(everything):
    assert not everything.exception
    assert everything.session_state["result"].model == Everything()
    assert everything.session_state["result"].error is None


@pytest.mark.parametrize(
    ("kind", "key", "typed", "name", "expected"),
    [
        ("toggle", "form.on", False, "on", False),
        ("slider", "form.count", 7, "count", 7),
        ("number_input", "form.batch", 64, "batch", 64),
        ("slider", "form.share", 0.35, "share", 0.35),
        ("number_input", "form.rate", 2.5e-5, "rate", 2.5e-5),
        ("text_input", "form.size", "160", "size", 160),
        ("slider", "form.limits", (0.5, 1.5), "limits", (0.5, 1.5)),
        ("slider", "form.whole", (2, 5), "whole", (2, 5)),
        ("number_input", "form.open_pair.to", 4.0, "open_pair", (0.0, 4.0)),
        ("button_group", "form.mode", "b", "mode", "b"),
        ("selectbox", "form.many", "five", "many", "five"),
        ("text_input", "form.name", "y", "name", "y"),
        ("text_input", "form.note", "hello", "note", "hello"),
        ("text_input", "form.stages", "a, b,", "stages", ("a", "b")),
        ("button_group", "form.views", "fresh", "views", "fresh"),
        ("number_input", "form.views.number", 4, "views", 4),
    ],
)
def test_a_widget_sets_its_field(everything, kind, key, typed, name, expected):
    everything.get(kind)
    element = getattr(everything, kind)(key=key)
    element.set_value(typed).run()
    assert not everything.exception
    assert getattr(everything.session_state["result"].model, name) == expected
    assert everything.session_state["held"] == Everything(**{name: expected})


def test_who_leaves_the_word_for_a_number_begins_with_the_default(everything):
    everything.button_group(key="form.views").set_value("fresh").run()
    assert "form.views.number" not in [box.key for box in everything.number_input]
    everything.button_group(key="form.views").set_value("a number").run()
    assert everything.number_input(key="form.views.number").value == 8
    assert everything.session_state["result"].model.views == 8
    everything.number_input(key="form.views.number").set_value(3).run()
    everything.button_group(key="form.views").set_value("a number").run()
    assert everything.session_state["result"].model.views == 3


def test_an_optional_number_can_be_made_automatic_again(everything):
    everything.text_input(key="form.size").set_value("160").run()
    everything.text_input(key="form.size").set_value("").run()
    assert everything.session_state["held"].size is None


def test_help_and_titles_come_from_the_model_and_are_shown_literally(everything):
    rate = everything.number_input(key="form.rate")
    assert rate.label == "Rate"
    assert "\\<b\\>" in rate.help


def test_an_invalid_value_is_said_and_the_last_good_one_kept(everything):
    everything.number_input(key="form.rate").set_value(0.0).run()
    result = everything.session_state["result"]
    assert result.model is None
    assert result.errors == {"rate": "Must be greater than 0."}
    assert everything.session_state["held"].rate == 1e-3
    assert any("Must be greater than 0" in text.value for text in everything.markdown)
    everything.run()
    assert everything.number_input(key="form.rate").value == 0.0, "what was typed must not vanish"
    everything.number_input(key="form.rate").set_value(0.5).run()
    assert everything.session_state["held"].rate == 0.5


def test_values_from_outside_show_up_and_can_be_changed_after():
    at = AppTest.from_function(recipe_app, default_timeout=20).run()
    at.number_input(key="recipe.learning_rate").set_value(0.5).run()
    at.button[0].click().run()
    assert not at.exception
    assert at.number_input(key="recipe.learning_rate").value == 3e-5
    assert at.session_state["result"].model.optimizer == "sgd"
    at.number_input(key="recipe.batch_size").set_value(8).run()
    at.run()
    held = at.session_state["held"]
    assert (held.batch_size, held.learning_rate, held.optimizer) == (8, 3e-5, "sgd")


def test_a_preset_wins_right_after_an_edit_even_with_the_value_of_before():
    at = AppTest.from_function(recipe_app, default_timeout=20).run()
    at.button[0].click().run()
    at.number_input(key="recipe.learning_rate").set_value(0.5).run()
    at.button[0].click().run()
    assert at.number_input(key="recipe.learning_rate").value == 3e-5
    assert at.session_state["held"].learning_rate == 3e-5


def test_a_rule_over_several_fields_is_shown_under_the_form():
    at = AppTest.from_function(split_app, default_timeout=20).run()
    assert at.session_state["split"].model is not None
    at.slider(key="split.val").set_value(0.6).run()
    at.slider(key="split.test").set_value(0.6).run()
    assert at.session_state["split"].model is None
    assert "less than 0.2 for training" in at.session_state["split"].error


def test_names_are_chosen_from_the_options():
    at = AppTest.from_function(split_app, default_timeout=20).run()
    assert at.button_group(key="phase.stages").value == ["head"]
    assert at.session_state["phase"].model.stages == ("head",)
    at.button_group(key="phase.stages").set_value(["layer4", "head"]).run()
    assert at.session_state["phase"].model.stages == ("layer4", "head")
    at.text_input(key="phase.learning_rate").set_value("1e-4").run()
    assert at.session_state["phase"].model.learning_rate == 1e-4
    at.button_group(key="phase.stages").set_value([]).run()
    assert at.session_state["phase"].model is None
    assert "stages" in at.session_state["phase"].errors


def transforms_app() -> None:
    import streamlit as st

    from core.augment.catalogue import TRANSFORMS
    from pages.ui.widgets.forms import render_form

    models = {name: render_form(entry.params, {}, name).model for name, entry in TRANSFORMS.items()}
    st.session_state["models"] = models


def test_every_transform_of_the_catalogue_has_a_form():
    at = AppTest.from_function(transforms_app, default_timeout=20).run()
    assert not at.exception
    assert at.session_state["models"] == {name: entry.params() for name, entry in TRANSFORMS.items()}
    assert at.slider(key="Rotate.limit").label == "Angle (°)"


def test_steps_fit_the_size_of_the_value():
    fields = Everything.model_fields
    assert shape("rate", fields["rate"]).step == pytest.approx(1e-4)
    assert shape("share", fields["share"]).step == pytest.approx(0.01)
    recipe = Recipe.model_fields
    assert {name: shape(name, recipe[name]).slides for name in ("weight_decay", "warmup", "clip_norm")} == {
        "weight_decay": False,
        "warmup": True,
        "clip_norm": False,
    }
    assert shape("count", fields["count"]).slides
    assert not shape("batch", fields["batch"]).slides


def test_a_field_without_a_widget_is_refused():
    class Odd(BaseModel):
        table: dict[str, int] = {}

    with pytest.raises(TypeError, match="no widget for the field 'table'"):
        shape("table", Odd.model_fields["table"])


@pytest.mark.parametrize(
    ("name", "held", "offered", "first"),
    [("mode", "a", ("b",), "b"), ("many", "two", ("three", "one", "five"), "one"),
     ("many", "two", ("five", "four", "three", "one"), "one")],
)  # fmt: skip
def test_a_value_that_is_not_offered_any_more_becomes_the_first_choice(monkeypatch, name, held, offered, first):
    """As a monitor that the task does not have."""
    field = forms._Field(name, Everything.model_fields[name], f"form.{name}", offered, False)
    monkeypatch.setattr(forms.st, "segmented_control", lambda **given: given["default"])
    monkeypatch.setattr(forms.st, "selectbox", lambda **given: given["options"][given["index"]])
    monkeypatch.setattr(forms.st, "session_state", {})
    assert field.draw(held) == first
