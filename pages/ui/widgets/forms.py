"""Form renderer: turns a pydantic model into widgets.

The caller passes its current values and stores the resulting model if there is one. At the next rerun a field is
expected to have the value that the form returned (or, if the form was invalid, the passed value). Any other value comes
from outside, e.g. a preset or a copied run, and replaces that of the widget. A new widget always takes the passed
value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from pages.ui.session import state
from pages.ui.widgets.fields import Shape, shape
from pages.ui.widgets.messages import literal

AUTOMATIC = "automatic"
_A_NUMBER = "a number"
_FEW = 4  # choices that fit side by side


@dataclass(frozen=True)
class FormResult:
    """Result of a form: its plain `values`, and either the valid `model` or the displayed `error`.

    `errors` has one sentence per field; the key '' stands for the form as a whole.
    """

    values: dict[str, Any]
    model: BaseModel | None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def error(self) -> str | None:
        """All errors in one sentence, or None."""
        return " ".join(self.errors.values()) or None


def render_form(
    model_type: type[BaseModel],
    values: Mapping[str, Any] | BaseModel,
    key: str,
    *,
    fields: Sequence[str] | None = None,
    columns: int = 1,
    options: Mapping[str, Sequence[str]] | None = None,
    disabled: bool = False,
) -> FormResult:
    """Draw widgets for `fields` (default: all) and return their values.

    `values` are the caller's current values; missing ones are the model's defaults, and fields that are not drawn are
    passed through. `key` makes the widgets unique on the page. `options` gives the choices of a field that is a list of
    names, or restricts those of a choice. Errors are shown beside their widgets; the caller keeps its last valid model
    while `model` is None. Raises `TypeError` for a field that no widget serves.
    """
    held = _defaults(model_type) | (values.model_dump() if isinstance(values, BaseModel) else dict(values))
    names = list(model_type.model_fields) if fields is None else list(fields)
    cells, shown = _cells(len(names), columns), {}
    for name, cell in zip(names, cells, strict=True):
        drawer = _Field(name, model_type.model_fields[name], f"{key}.{name}", (options or {}).get(name, ()), disabled)
        with cell:
            shown[name] = drawer.draw(held.get(name))
    model, errors = _validated(model_type, held | shown)
    for name in names:
        _expect(f"{key}.{name}", held.get(name) if model is None else getattr(model, name))
    _show_errors(errors, dict(zip(names, cells, strict=True)))
    return FormResult(held | shown, model, errors)


@dataclass
class _Field:
    """One field of a form. `news`: its value comes from outside and replaces that of the widget."""

    name: str
    info: FieldInfo
    key: str
    options: Sequence[str]
    disabled: bool
    news: bool = False

    @property
    def shape(self) -> Shape:
        return shape(self.name, self.info)

    @property
    def common(self) -> dict[str, Any]:
        title = self.info.title or self.name.replace("_", " ").capitalize()
        extra = self.info.json_schema_extra
        unit = extra.get("unit") if isinstance(extra, dict) else None
        return {
            "label": f"{title} ({unit})" if unit else title,
            "key": self.key,
            "help": literal(self.info.description) if self.info.description else None,
            "disabled": self.disabled,
        }

    def draw(self, value: Any) -> Any:
        """Draw the widget, with `value` if that comes from outside; returns the widget's value."""
        form = self.shape
        self.news = not _expected(self.key, value)
        draw = {
            "bool": self._bool, "text": self._text, "choice": self._choice, "names": self._names,
            "number_or_word": self._number_or_word,
        }.get(form.kind, self._number)  # fmt: skip
        return draw(form, value)

    def _take(self, key: str, value: Any) -> Any:
        """Set the widget `key` to `value` if it comes from outside or the widget is new; returns the widget's value.

        The widget must be given that as its default too: a value set through the session state travels to the browser
        once, and is lost with a script run that is overtaken. The browser would then show, and send back, the minimum.
        """
        if self.news or key not in st.session_state:
            st.session_state[key] = value
        return st.session_state[key]

    def _bool(self, form: Shape, value: Any) -> Any:
        if form.optional:
            return self._choice(Shape("choice", True, choices=(None, True, False)), value)
        return st.toggle(value=self._take(self.key, bool(value)), **self.common)

    def _text(self, form: Shape, value: Any) -> Any:
        held = self._take(self.key, value or "")
        return st.text_input(value=held, **self.common) or (None if form.optional else "")

    def _choice(self, form: Shape, value: Any) -> Any:
        if self.options:
            form = replace(form, choices=tuple(one for one in form.choices if one in self.options))
        held = self._take(self.key, value if value in form.choices else form.choices[0])
        if len(form.choices) <= _FEW:
            return st.segmented_control(
                options=form.choices, default=held, format_func=_word_label, required=True, **self.common
            )
        return st.selectbox(options=form.choices, index=form.choices.index(held), format_func=_word, **self.common)

    def _names(self, _form: Shape, value: Any) -> Any:
        if not self.options:
            held = self._take(self.key, ", ".join(value or ()))
            typed = st.text_input(value=held, placeholder="names, separated by commas", **self.common)
            return tuple(part.strip() for part in typed.split(",") if part.strip())
        held = self._take(self.key, [name for name in value or () if name in self.options])
        return tuple(
            st.pills(options=self.options, default=held, selection_mode="multi", format_func=literal, **self.common)
        )

    def _number(self, form: Shape, value: Any) -> Any:
        number = int if form.kind.startswith("int") else float
        if form.kind.endswith("range"):
            value = tuple(number(part) for part in value)
            if form.slides:
                held = self._take(self.key, value)
                return st.slider(value=held, **_bounds(form, number), format=_format(form, number), **self.common)
            return self._two_boxes(form, value, number)
        if form.slides and value is not None:
            held = self._take(self.key, min(max(number(value), number(form.low)), number(form.high)))
            return st.slider(value=held, **_bounds(form, number), format=_format(form, number), **self.common)
        return self._box(form, value, number, **self.common)

    def _two_boxes(self, form: Shape, value: Any, number: type) -> Any:
        left, right = st.columns(2, vertical_alignment="bottom")
        lowest = self.common | {"label": f"{self.common['label']}: from", "key": f"{self.key}.from"}
        highest = self.common | {"label": "to", "key": f"{self.key}.to", "help": None}
        with left:
            low = self._box(form, value[0], number, **lowest)
        with right:
            high = self._box(form, value[1], number, **highest)
        return low, high

    def _number_or_word(self, form: Shape, value: Any) -> Any:
        words = (_A_NUMBER, *form.choices)
        is_word = value in form.choices
        held = self._take(self.key, value if is_word else _A_NUMBER)
        chosen = st.segmented_control(
            options=words, default=held, format_func=_word_label, required=True, **self.common
        )
        if chosen != _A_NUMBER:
            return chosen
        number = float if isinstance(value, float) else int
        start = self.info.default if is_word else value
        start = start if isinstance(start, int | float) else form.low or 1
        box = self.common | {"key": f"{self.key}.number", "label_visibility": "collapsed"}
        return self._box(form, start, number, **box)

    def _box(self, form: Shape, value: Any, number: type, **common: Any) -> Any:
        """A number input; for an optional number, empty means automatic."""
        if form.optional:
            return self._optional_box(value, number, **common)
        held = self._take(common["key"], number(value))
        return st.number_input(value=held, **_bounds(form, number), format=_format(form, number), **common)

    def _optional_box(self, value: Any, number: type, **common: Any) -> Any:
        # a number box that may be emptied cannot have a default of its own, and so could lose what it holds (`_take`)
        held = self._take(common["key"], "" if value is None else f"{value:.6g}")
        typed = st.text_input(value=held, placeholder=AUTOMATIC, **common).strip()
        if not typed:
            return None
        try:
            return number(typed)
        except ValueError:  # the model says beside the box what is wrong with it
            return typed


def _bounds(form: Shape, number: type) -> dict[str, Any]:
    low, high = (None if bound is None else number(bound) for bound in (form.low, form.high))
    return {"min_value": low, "max_value": high, "step": number(form.step or 1)}


def _format(form: Shape, number: type) -> str:
    if number is int:
        return "%d"
    decimals = max(0, len(f"{form.step:.10f}".rstrip("0").partition(".")[2]))
    return f"%.{decimals}f" if form.slides else "%.6g"  # a rate of 3e-5 must not be shown as 0.00


def _expect(key: str, value: Any) -> None:
    state.remember(f"form:{key}", (_plain(value),))


def _expected(key: str, value: Any) -> bool:
    return state.recall(f"form:{key}", ()) == (_plain(value),)


def _plain(value: Any) -> Any:
    """The same value whether it was kept as a tuple or read back from JSON as a list."""
    return tuple(value) if isinstance(value, list | tuple) else value


def _cells(count: int, columns: int) -> list[Any]:
    """A container for each field, row by row, so that fields of one row stay in line whatever stands under them."""
    cells: list[Any] = []
    while len(cells) < count:
        row = st.columns(columns, gap="medium") if columns > 1 else [st.container()]
        cells.extend(cell.container(gap="xsmall") for cell in row[: count - len(cells)])
    return cells


def _defaults(model_type: type[BaseModel]) -> dict[str, Any]:
    return {
        name: info.get_default(call_default_factory=True, validated_data={})
        for name, info in model_type.model_fields.items()
        if not info.is_required()
    }


def _validated(model_type: type[BaseModel], values: dict[str, Any]) -> tuple[BaseModel | None, dict[str, str]]:
    try:
        return model_type.model_validate(values), {}
    except ValidationError as error:
        errors: dict[str, str] = {}
        for problem in error.errors():
            where = str(problem["loc"][0]) if problem["loc"] else ""
            sentence = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ").rstrip(".")
            if problem["msg"].startswith("Input should be "):
                sentence = f"must be {sentence}"
            errors.setdefault(where, sentence[:1].upper() + sentence[1:] + ".")
        return None, errors


def _show_errors(errors: Mapping[str, str], cells: Mapping[str, Any]) -> None:
    elsewhere = [f"{name}: {text}" if name else text for name, text in errors.items() if name not in cells]
    for name, text in errors.items():
        if name in cells:
            cells[name].markdown(f":red[:material/error: {literal(text)}]")
    for text in elsewhere:
        st.markdown(f":red[:material/error: {literal(text)}]")


def _word(choice: Any) -> str:
    return AUTOMATIC if choice is None else {True: "yes", False: "no"}.get(choice, str(choice))


def _word_label(choice: Any) -> str:
    return literal(_word(choice))
