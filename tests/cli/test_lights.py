"""How label safety is told: whose verdict, reason and numbers stand where; and the warning before a training."""

import json
import sys
from pathlib import Path

import pytest

from core.cli import lights
from core.cli.lights import Lights, as_dict, print_lights
from core.screening.headline import Headline
from core.screening.sweep import StrengthSweep
from core.screening.verdict import Safety, Verdict
from tests.conftest import make_experiment


def safety(verdict, reason, affinity, images=41):
    return Safety(verdict, reason, images, 8, 0.9, affinity, affinity - 0.07, affinity + 0.02, 0.1, 0.5, (), (), (), ())


WHOLE = safety(Verdict.AMBER, "Whole [why].", 0.84)
WORST = Headline(Verdict.RED, "Worst [why].", ("Blur", "Flip"))
STEPS = (("Blur [p]", safety(Verdict.RED, "Blurred.", 0.31)), ("Flip", safety(Verdict.GREEN, "Fine.", 0.97)))
SWEEP = StrengthSweep((0.5, 1.0), (safety(Verdict.GREEN, "A.", 0.95), safety(Verdict.RED, "B.", 0.4)), 1.0, 1.0, ())


@pytest.fixture
def printed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")

    def call(found):
        print_lights(found)
        return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    return call


END = "A screening of 41 training images in 8 views each, with frozen features: affinity 0.84 (0.77 to 0.86). "
END += "Only trainings decide."
CLASSES = "class images correctly classified of that, with augmentation (95 %) taken for"


def test_the_worst_light_comes_first_then_the_whole_pipeline_and_each_step(printed):
    assert printed(Lights(WHOLE, WORST, STEPS)) == [
        "red Blur, Flip: Worst [why].", CLASSES, "The pipeline as it is:", "amber Whole [why].",
        "Each step alone, applied to every view:", "red Blur [p]: Blurred.", "green Flip: Fine.", END,
    ]  # fmt: skip


def test_without_steps_and_sweep_there_is_one_light(printed):
    assert printed(Lights(WHOLE, Headline(Verdict.AMBER, "Whole [why]."))) == ["amber Whole [why].", CLASSES, END]


def test_the_sweep_is_told_with_its_sentence(printed):
    assert printed(Lights(WHOLE, WORST, None, SWEEP))[2:] == [
        "strength light affinity (95 %)", "0.5 green 0.95 (0.88 to 0.97)", "1 red 0.40 (0.33 to 0.42)",
        "The light turns between strength 0.5 and 1. It is red from 1 on.", END,
    ]  # fmt: skip


def test_in_json_the_worst_decides_and_the_numbers_are_those_of_the_whole_pipeline():
    plain = json.loads(json.dumps(as_dict(Lights(WHOLE, WORST))))
    assert (plain["verdict"], plain["reason"], plain["affinity"], plain["images"]) == ("red", "Worst [why].", 0.84, 41)
    assert {"steps", "whole", "harmful_steps", "sweep", "turns", "turns_red"} & set(plain) == set()
    full = as_dict(Lights(WHOLE, WORST, STEPS, SWEEP))
    assert (full["affinity"], full["harmful_steps"]) == (0.84, ["Blur", "Flip"])
    assert full["whole"] == {"verdict": "amber", "reason": "Whole [why]."}
    assert [(one["step"], one["verdict"], one["affinity"]) for one in full["steps"]] == [
        ("Blur [p]", "red", 0.31), ("Flip", "green", 0.97),
    ]  # fmt: skip
    assert (full["turns"], full["turns_red"]) == (1.0, 1.0)
    assert full["sweep"][1] == {
        "strength": 1.0, "verdict": "red", "affinity": 0.4, "low": pytest.approx(0.33), "high": pytest.approx(0.42),
    }  # fmt: skip
    assert [one["verdict"] for one in full["sweep"]] == ["green", "red"]


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (WORST, "The augmentation destroys labels (Blur, Flip): Worst [why].\n"),
        (Headline(Verdict.AMBER, "Hm."), "The augmentation may harm labels: Hm.\n"),
        (Headline(Verdict.GREEN, "Fine."), ""), (Headline(Verdict.UNKNOWN, "Cannot tell."), ""), (None, ""),
    ],
)  # fmt: skip
def test_a_training_warns_of_an_augmentation_that_is_known_to_harm(capsys, monkeypatch, tmp_path, known, says):
    monkeypatch.setattr(lights, "known_headline", lambda *_: known)
    monkeypatch.setattr(lights.people, "_file", sys.stderr)
    lights.warn(make_experiment(Path("x")), tmp_path, "cpu")
    assert capsys.readouterr() == ("", says)
