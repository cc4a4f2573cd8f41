"""Files that nobody wrote by hand: refused soon, in a message that fits a screen."""

import json
from pathlib import Path

import pytest

from core import plain_yaml
from core.augment.presets import parse_pipeline
from core.backbones import catalogue
from core.backbones.stages import require_stages
from core.cli.texts import parse_settings, parse_views
from core.errors import (
    LONGEST_MESSAGE,
    GraftError,
    InvalidExperiment,
    LayoutChoice,
    StorageFailed,
    UnclearLayout,
    unknown_name,
)
from core.experiment import MOST_STEPS, BackboneSpec, Experiment, PipelineSpec, Step, parse
from core.planning.options import parse_phase
from core.text import short, short_path, shown
from core.training.device import resolve_device

LONG = "A" * 100_000
START = {"data": {"source": "s"}, "phases": [{"stages": ["head"], "epochs": 1}]}
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(12)
)
MAP_BOMB = "a: &a {k: 1, l: 2}\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} {{p: *{chr(97 + n)}, q: *{chr(97 + n)}, r: *{chr(97 + n)}}}\n" for n in range(20)
)


def experiment_of(**parts):
    return json.dumps(START | parts)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        MAP_BOMB,
        "a: [" * 300 + "]" * 300,
        "[" * 100_000 + "]" * 100_000,
        "".join(" " * n + "a:\n" for n in range(300)),
        '{"seed": ' + "9" * 100_000 + "}",
        '{"seed": ' + "9" * 4_000 + "}",
        "seed: 1" + ":59" * 30_000,
        f"{LONG}: 1",
        json.dumps({LONG: 1}),
        json.dumps({"data": {LONG: LONG}}),
        f"a: *{LONG}",
        f"!{LONG} x",
        json.dumps({f"key {n}": n for n in range(50_000)}),
        json.dumps([[]] * 200_000),
        experiment_of(backbone={"name": LONG}),
        experiment_of(data={"source": LONG}),
        experiment_of(phases=[{"stages": [LONG], "epochs": 1}]),
        experiment_of(phases=[{"stages": ["head"] * 5_000, "epochs": 1}]),
        experiment_of(phases=START["phases"] * 5_000),
        experiment_of(phases=[{"stages": ["head"], "epochs": -1, "x": 1}] * 900),
        experiment_of(pipeline={"steps": [{"transform": LONG}]}),
        experiment_of(pipeline={"steps": [{"transform": "Rotate"}] * 5_000}),
        experiment_of(pipeline={"steps": [{"transform": "OneOf", "options": [{"transform": "Rotate"}] * 5_000}]}),
        experiment_of(recipe={"optimizer": {"a": [LONG] * 900}}),
    ],
    ids=range(25),
)  # fmt: skip
def test_a_hostile_experiment_is_refused_in_a_message_that_fits_a_screen(text, tmp_path):
    (tmp_path / "e.yaml").write_text(text)
    for read in (lambda: Experiment.from_text(text), lambda: Experiment.from_file(tmp_path / "e.yaml")):
        with pytest.raises(InvalidExperiment) as caught:
            read()
        assert 20 < len(str(caught.value)) <= 1_500
        assert "A" * 300 not in str(caught.value)


def test_what_an_alias_repeats_is_counted_again_and_a_harmless_alias_is_read():
    used_twice = "data: {source: s}\nphases:\n- &one {stages: [head], epochs: 2}\n- *one\n"
    assert len(Experiment.from_text(used_twice).phases) == 2
    edge = [[0] * 100] * 980  # 98,000 values and the lists around them
    plain_yaml.check_size(edge)
    with pytest.raises(ValueError, match="100,000 values"):
        plain_yaml.check_size(edge + [[0] * 100] * 20)


def test_a_pipeline_of_as_many_steps_as_allowed_is_read_and_one_more_is_refused():
    steps = (Step(transform="HorizontalFlip"),) * MOST_STEPS
    text = json.dumps(PipelineSpec(steps=steps).model_dump())
    assert len(parse_pipeline(text).steps) == MOST_STEPS
    with pytest.raises(GraftError, match=f"at most {MOST_STEPS} items"):
        parse_pipeline(json.dumps({"steps": [steps[0].model_dump()] * (MOST_STEPS + 1)}))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: catalogue.get(LONG),
        lambda: require_stages([LONG] * 9, ["head"], "resnet18"),
        lambda: resolve_device(LONG),
        lambda: parse_phase(LONG, ["head"]),
        lambda: parse_phase(f"{LONG}:3", ["head"]),
        lambda: parse_views(LONG),
        lambda: parse_settings([LONG]),
        lambda: parse_settings([f"recipe.{LONG}=1"]),
        lambda: parse(BackboneSpec, {"name": LONG}),
        lambda: parse_pipeline(json.dumps({"steps": [{"transform": LONG}]})),
        lambda: parse_pipeline(json.dumps({"steps": [{"transform": "A" * 190}] * 200})),
        lambda: Experiment.from_file(Path(LONG)),
    ],
    ids=range(12),
)
def test_a_name_of_any_length_leaves_a_message_that_fits_a_screen(attempt):
    with pytest.raises(GraftError) as caught:
        attempt()
    assert len(str(caught.value)) <= LONGEST_MESSAGE
    assert "A" * 300 not in str(caught.value)


def test_a_message_is_cut_in_its_middle_only_where_it_is_too_long():
    assert str(StorageFailed("a" * LONGEST_MESSAGE)) == "a" * LONGEST_MESSAGE
    cut = str(StorageFailed("begin " + "a" * LONGEST_MESSAGE + " end"))
    assert len(cut) <= LONGEST_MESSAGE
    assert cut.startswith("begin ")
    assert cut.endswith(" end")
    assert short("ab" * 40) == "ab" * 40
    assert short_path("ab" * 150).endswith("b" * 1)
    assert unknown_name("stage", "heda", ["head"]).startswith("There is no stage 'heda'. Did you mean head?")
    long = "".join(f"{n:04} " for n in range(401))[:2001]
    assert str(StorageFailed(long)) == f"{long[:1800]} ... {long[-190:]}"
    assert str(StorageFailed(long[:2000])) == long[:2000]


def test_of_many_names_twenty_are_listed_and_the_others_counted():
    names = [f"stage{n}" for n in range(21)]
    assert unknown_name("stage", "zzz", names).endswith(", stage18, stage19 and 1 more.")
    assert (
        unknown_name("stage", "zzz", names[:20]) == f"There is no stage 'zzz'. Choose one of: {', '.join(names[:20])}."
    )
    near = unknown_name("stage", "stage", ["stage1", "stage2", "stage3", "stage4", "other"])
    assert near.count(" or ") == 2, "three near names at most"


def test_a_question_without_choices_is_asked_alone():
    choice = LayoutChoice({"layout": "parts"}, "they are train and test")
    assert str(UnclearLayout("Which?", ())) == "Which?"
    assert str(UnclearLayout("Which?", [choice])) == (
        'Which? Choose one: `reading={"layout": "parts"}` (they are train and test).'
    )


@pytest.mark.parametrize("code", [0x00, 0x1F, 0x7F, 0x80, 0x9F, 0xAD, 0x202E, 0xFEFF])
def test_every_sign_that_cannot_be_seen_is_written_out(code):
    assert shown(f"a{chr(code)}b") == (f"a\\x{code:02x}b" if code < 128 else f"a\\u{code:04x}b")
    assert shown("a~\u00a1b") == "a~\u00a1b"
