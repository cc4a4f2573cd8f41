"""Numbers of the Augment page at both sides of their limits: how many views, how large, and how they are said."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.augment.strip import numeric
from core.data.geometry import Geometry
from pages.ui.augment import choice, copies, mix, picker, scene, strip, views
from pages.ui.session import state
from pages.ui.session.state import Draft
from tests.pages.augment.helpers import step


@pytest.mark.parametrize(("side", "factor", "cell"), [(128, 1, 128), (127, 2, 254), (64, 2, 128), (63, 3, 189),
                                                     (256, 1, 256), (257, 1, 256), (32, 4, 128)])  # fmt: skip
def test_small_images_are_enlarged_by_whole_numbers_and_large_ones_reduced(side, factor, cell):
    pixels = np.arange(side * side * 3, dtype=np.uint32).reshape(side, side, 3)
    large = scene.enlarged(pixels)
    assert large.shape == (factor * side, factor * side, 3)
    assert np.array_equal(large[::factor, ::factor], pixels)
    assert np.array_equal(large[factor - 1 :: factor, factor - 1 :: factor], pixels)
    assert scene.cell_px(Geometry(side, side)) == cell


@pytest.fixture
def shown(monkeypatch):
    """What the choice above the preview was made of: (rows or one image, views)."""
    found = []
    monkeypatch.setattr(choice, "_each", lambda items, rows: found.append(rows) or ("each",))
    monkeypatch.setattr(choice, "_one", lambda items: found.append("one") or ("one",))
    monkeypatch.setattr(choice, "_roll", found.append)
    monkeypatch.setattr(choice, "show_names", lambda items, now, **_: found.append(now))
    monkeypatch.setattr(choice, "numbers", lambda count: ("numbers", count))

    class Nothing:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(choice.st, "container", lambda **_: Nothing())
    return found


@pytest.mark.parametrize(
    ("side", "rows", "count"),
    [(224, 5, 3), (383, 4, 3), (382, 5, 3), (469, 3, 3), (742, 1, 3), (1024, 1, 2), (856, 1, 3), (857, 1, 2)],
)
def test_of_larger_images_fewer_are_shown_at_once(shown, monkeypatch, side, rows, count):
    monkeypatch.setattr(choice, "_mode", lambda: choice.PER_CLASS)
    found = choice.show_choice((), side)
    assert shown == [rows, count]
    assert found == choice.Choice(("each",), ("numbers", count), False)


@pytest.mark.parametrize(("side", "count"), [(224, 8), (524, 8), (525, 7), (1024, 2)])
def test_of_one_image_up_to_eight_views_are_shown(shown, monkeypatch, side, count):
    monkeypatch.setattr(choice, "_mode", lambda: choice.ONE)
    assert choice.show_choice((), side) == choice.Choice(("one",), ("numbers", count), True)
    assert shown == ["one", count, "one"]


@pytest.mark.parametrize(
    ("numbers", "views_of", "words"),
    [((3,), 8, "View 3 of 8"), ((3, 4, 5), 8, "Views 3–5 of 8"), ((7, 0, 1), 8, "Views 7, 0, 1 of 8"),
     ((3, 4), "fresh", "Views 3–4"), ((4, 3), "fresh", "Views 4, 3")],
)  # fmt: skip
def test_views_are_named_by_their_numbers(numbers, views_of, words):
    assert views.which(numbers, Draft(views=views_of, seed=5), Geometry(96, 96)) == f"{words} · seed 5 · 96 px"


@pytest.mark.parametrize(("change", "shade"), [(0, 0), (1, 4), (-1, 4), (63, 252), (64, 255), (-100, 255)])
def test_a_difference_is_four_times_as_strong_up_to_white(change, shade):
    plain = np.full((2, 2, 3), 100, np.uint8)
    assert (views.difference((plain.astype(int) + change).astype(np.uint8), plain) == shade).all()


@pytest.mark.parametrize(("time", "text"), [(9.94, "9.9 ms"), (10.0, "10 ms"), (0.0653, "0.065 ms"), (113.6, "114 ms")])
def test_a_cost_has_two_digits(time, text):
    assert picker.cost_text(time) == text


def test_shares_of_half_a_percent_are_named():
    assert mix.blended((0.005, 0.0049, 0.9901), ("a", "b", "c")) == ("c 99 %", "a 0 %")
    assert mix.blended((0.5, 0.5), ("a", "b")) == ("b 50 %", "a 50 %")


@pytest.mark.parametrize(
    ("value", "unit", "symmetric", "text"),
    [(15.0, "°", True, "±15°"), (0.0, "°", True, "0°"), (-7.26, "°", False, "−7.26°"), (0.9, "×", False, "0.9×"),
     (0.25, "of the width", False, "0.25 of the width"), (3.0, "", False, "3"), (0.12345, "px", True, "±0.123 px")],
)  # fmt: skip
def test_a_value_of_a_strip_has_its_unit(value, unit, symmetric, text):
    assert strip.value_text(value, SimpleNamespace(unit=unit), symmetric=symmetric) == text


def test_values_of_a_strip_are_those_asked_for_with_the_present_ones_among_them():
    knob = numeric("Rotate")[0]
    found = strip.settings(step("Rotate", limit=15.0), knob, 5)
    values = [value for value, _, _ in found]
    assert values[0] == knob.low
    assert values[-1] == knob.high
    assert [present for _, _, present in found] == [value == 15 for value in values]
    assert len(values) == 5
    near = strip.settings(step("Rotate", limit=knob.low + (knob.high - knob.low) / 100), knob, 5)
    assert len(near) == 4, "what is closer than a hundredth is left out"
    assert all(changed.p == 1 and changed.enabled for _, changed, _ in found)


def test_the_strongest_view_is_the_one_that_changes_most(monkeypatch):
    plain = np.full((4, 4, 3), 100, np.uint8)
    made = {3: 101, 5: 40, 9: 130}
    monkeypatch.setattr(strip, "_alone", lambda image_views, step, item, number: np.full_like(plain, made[number]))
    image_views = SimpleNamespace(plain=lambda item: plain)
    assert strip.strongest_view(image_views, None, None, (3, 5, 9)) == 5
    assert strip.strongest_view(image_views, None, None, (9, 3)) == 9


@pytest.mark.parametrize(
    ("views_of", "first", "count", "disabled", "next_first"),
    [(8, 6, 3, False, 1), (3, 0, 3, True, 0), (4, 0, 3, False, 3), ("fresh", 6, 3, False, 9)],
)
def test_rolling_goes_round_as_often_as_there_are_views(monkeypatch, views_of, first, count, disabled, next_first):
    asked = {}
    monkeypatch.setattr(state, "draft", lambda: Draft(views=views_of))
    monkeypatch.setattr(state, "recall", lambda name, default: first if name == "augment:first" else default)
    monkeypatch.setattr(choice.st, "button", lambda label, **options: asked.update(options))
    choice._roll(count)
    assert (asked["disabled"], asked["args"]) == (disabled, ("augment:first", next_first))
    assert (asked["help"] is None) is not disabled


def test_a_free_place_is_the_first_that_is_free(own_workspace):
    folder = own_workspace.resolve() / "copies"
    folder.mkdir(parents=True)
    found = []
    for _ in range(4):
        found.append(copies.free_place(SimpleNamespace(name="My Pets")))
        found[-1].write_bytes(b"")
    assert found == [folder / f"my-pets{end}.zip" for end in ("", "-2", "-3", "-4")]
