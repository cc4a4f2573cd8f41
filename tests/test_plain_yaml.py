"""Texts that are no pipeline are refused with a reason, whatever stands in them, and harm nothing."""

import json
import time

import pytest
import yaml

from core import plain_yaml
from core.augment import saved
from core.augment.exchange.text import read_any
from core.augment.presets import PRESETS
from core.errors import InvalidPipeline
from core.plain_yaml import check_size, plain_values

WHOLE = "transform: {__class_fullname__: Compose, p: 1, transforms: []}\ngraft: {pipeline: {steps: []}}\n"
MERGES = "a0: &a0 {x: 1, y: 2}\n" + "".join(
    f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 10)}]}}\n" for level in range(1, 8)
)
HOSTILE = {
    "no yes": ("steps: !!bool maybe", "maybe"),
    "no number": ('steps: !!int ""', "not of the kind"),
    "no fraction": ('steps: !!float ""', "not of the kind"),
    "no date": ("steps: !!timestamp x", "timestamp"),
    "an object": ("steps: !!python/object/apply:os.getcwd []", "python/object"),
    "pairs": ("steps: !!omap [a: 1]", "omap"),
    "keys of two kinds": (WHOLE.replace("{__class", "{1: a, __class"), "names a value 1, which is no word"),
    "nothing as a key": ("{null: 1}", "names a value None"),
    "merge keys": (MERGES, "merge keys"),
    "merge keys by their tag": (MERGES.replace("<<", "!!merge x"), "merge keys"),
    "a long number": ("steps: 1" + ":59" * 200_000, "too long"),
    "a number that cannot be printed": (WHOLE + f"seed: 0x{'f' * 5000}", "too long"),
    "deep lists": ("[" * 60 + "]" * 60, "more than 50 deep"),
    "deeper lists": ("[" * 5000 + "]" * 5000, "neither JSON nor YAML"),
    "itself": ("steps: &a [*a]", "deep"),
    "Graft's name for a class": (
        'transform: {__class_fullname__: Compose, p: 1, transforms: [{__class_fullname__: HueShift, p: 0.5}]}',
        r"\(HueShift\): Graft's has other parameters",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_pipeline_is_refused_with_its_reason_and_listed_as_damaged(text, message, tmp_path):
    began = time.process_time()
    with pytest.raises(InvalidPipeline, match=message):
        read_any(text, "The file 'theirs.yaml'")
    assert time.process_time() - began < 10, "the imports, not the text"
    saved.save(tmp_path, "good", PRESETS["light"])
    (tmp_path / "pipelines" / "bad.yaml").write_text(text)
    assert [(one.name, one.pipeline is None) for one in saved.listed(tmp_path)] == [("bad.yaml", True), ("good", False)]


@pytest.mark.parametrize("name", ["Translate", "Scale", "Shear", "HueShift"])
def test_a_class_that_only_graft_has_is_refused_by_name(name):
    lone = {"__class_fullname__": "Compose", "p": 1.0, "transforms": [{"__class_fullname__": name, "p": 0.5}]}
    with pytest.raises(InvalidPipeline, match=rf"Transform 1 \({name}\): Graft's has other parameters"):
        read_any(json.dumps({"transform": lone}))


def test_plain_values_are_read_as_the_safe_loader_reads_them():
    text = "a: [1, -2.5, 1e3, 0x1f, .inf, yes, off, ~, '5', word]\nb: {c: &x [1, 2], d: *x}\n? e\n: !!str 3\n"
    assert plain_values(text) == yaml.safe_load(text)
    assert plain_values("day: 2024-01-01") == {"day": "2024-01-01"}
    for broken in ("a: [", "a: *b", "a: !mine 1", "a: 1\n---\nb: 2"):
        with pytest.raises(ValueError, match=r"\w"):
            plain_values(broken)


def nested(deep):
    value = 0
    for _ in range(deep):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("fits", "beyond", "says"),
    [([0] * 99_999, [0] * 100_000, "holds more than 100,000 values"), (nested(50), nested(51), "more than 50 deep"),
     ({"1": 0}, {1: 0}, "names a value 1, which is no word")],
    ids=["values", "depth", "names"],
)  # fmt: skip
def test_values_are_read_up_to_their_bounds_and_not_beyond(fits, beyond, says):
    check_size(fits)
    with pytest.raises(ValueError, match=says):
        check_size(beyond)


@pytest.mark.parametrize(
    ("fits", "beyond", "says"),
    [("[" * 100 + "]" * 100, "[" * 101 + "]" * 101, "nested too deep"),
     ("[1, 2, 3, 4, 5, 6, 7]", "[1, 2, 3, 4, 5, 6, 7, 8]", "more than 8 values"),
     ("[[1], [2], [3], 4]", "[[1], [2], [3], [4]]", "more than 8 values"),
     ("1" * 400, "1" * 401, "this number is too long"), ("0." + "1" * 398, "0." + "1" * 399, "this number is too long"),
     ("a" * 401, "1" * 401, "too long")],
)  # fmt: skip
def test_text_is_read_up_to_its_bounds_and_not_beyond(monkeypatch, fits, beyond, says):
    monkeypatch.setattr(plain_yaml, "_MOST_NODES", 8 if "values" in says else plain_yaml._MOST_NODES)
    assert plain_values(fits) is not None
    with pytest.raises(ValueError, match=says):
        plain_values(beyond)


def test_the_reason_why_a_text_cannot_be_read_has_one_line_of_three_hundred_characters():
    with pytest.raises(ValueError, match="undefined alias") as caught:
        plain_values(f"a:\n  - *{'b' * 1000}")
    assert len(str(caught.value)) == 300
    assert "\n" not in str(caught.value)
