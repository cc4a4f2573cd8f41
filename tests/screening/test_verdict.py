"""The light at both sides of every threshold, and the sentence that goes with it."""

import pytest

from core.screening.verdict import (
    AMBER,
    AMBER_CLASS,
    LEAST_RIGHT,
    LEAST_SKILL,
    RED,
    TOLERATED,
    ClassSafety,
    Confusion,
    Verdict,
    decide,
)

BIT = 1e-6


def one(name="cat", affinity=1.0, low=0.0, flips=0.0, becomes=None):
    return ClassSafety(name, 20, 1.0, affinity, 0.0, 1.0, flips, low, becomes)


def light(skill=1.0, affinity=1.0, high=1.0, kept=1.0, classes=(one(), one("dog")), direct=()):
    return decide(skill, affinity, high, kept, classes, direct)


def hurt(affinity, name="cat", **parts):
    return one(name, affinity, low=TOLERATED + BIT, **parts)


def test_the_thresholds_are_those_that_are_documented():
    assert (AMBER, AMBER_CLASS, RED, TOLERATED, LEAST_SKILL, LEAST_RIGHT) == (0.9, 0.8, 0.75, 0.1, 0.5, 5)


@pytest.mark.parametrize(
    ("skill", "verdict"),
    [(LEAST_SKILL, Verdict.GREEN), (LEAST_SKILL - BIT, Verdict.UNKNOWN), (-0.2, Verdict.UNKNOWN)],
)
def test_a_probe_without_skill_cannot_tell(skill, verdict):
    found, reason = light(skill=skill)
    assert found is verdict
    assert ("do not separate" in reason) is (verdict is Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("affinity", "high", "verdict"),
    [
        (RED - BIT, 1 - BIT, Verdict.RED), (RED, 1 - BIT, Verdict.AMBER), (RED - BIT, 1.0, Verdict.GREEN),
        (AMBER - BIT, 1 - BIT, Verdict.AMBER), (AMBER, 1 - BIT, Verdict.GREEN), (AMBER - BIT, 1.0, Verdict.GREEN),
    ],
)  # fmt: skip
def test_the_whole_counts_where_chance_does_not_explain_it(affinity, high, verdict):
    assert light(affinity=affinity, high=high)[0] is verdict


@pytest.mark.parametrize(
    ("affinity", "verdict"),
    [(RED - BIT, Verdict.RED), (RED, Verdict.AMBER), (AMBER_CLASS - BIT, Verdict.AMBER), (AMBER_CLASS, Verdict.GREEN)],
)
def test_the_worst_class_that_is_harmed_counts(affinity, verdict):
    found, reason = light(classes=(one("dog", 0.3), hurt(0.95, "owl"), hurt(affinity, "cat", flips=0.4)))
    assert found is verdict, "one that is not harmed beyond chance does not count, however low it is"
    assert reason.startswith("cat is not recognised any more in 40 % of its views") is (verdict is not Verdict.GREEN)


@pytest.mark.parametrize(("low", "harmed"), [(TOLERATED, False), (TOLERATED + BIT, True)])
def test_a_class_is_harmed_where_the_whole_interval_lies_above_a_tenth(low, harmed):
    assert one(affinity=0.2, low=low).harmed is harmed
    assert not one(affinity=None, low=1.0).harmed


@pytest.mark.parametrize(("share", "named"), [(0.1, True), (0.1 - BIT, False)])
def test_what_it_is_taken_for_is_named_where_a_tenth_is(share, named):
    _, reason = light(classes=(one("dog"), hurt(0.5, flips=0.35, becomes=Confusion("cat", "owl", share))))
    assert reason.startswith("cat is taken for owl in 10 %" if named else "cat is not recognised any more in 35 %")
    assert reason.endswith("This label does not survive.")


def test_classes_that_change_sides_come_first_of_all():
    direct = (Confusion("left", "right", 0.9), Confusion("up", "down", 0.7))
    assert light(skill=0.0, direct=direct) == (
        Verdict.RED, "left is taken for right in 90 % of its views. These views carry a wrong label.",
    )  # fmt: skip


@pytest.mark.parametrize(("judged", "of", "verdict"), [(2, 4, Verdict.AMBER), (2, 5, Verdict.UNKNOWN)])
def test_half_of_the_classes_must_be_judged(judged, of, verdict):
    classes = [one(f"c{n}", 1.0 if n < judged else None) for n in range(of)]
    found, reason = light(classes=classes)
    assert found is verdict
    assert ("c2, c3: too few images" in reason) is (verdict is Verdict.AMBER)


def test_at_most_three_names_are_said():
    classes = [one("a"), one("b"), one("c"), one("d"), one("e"), *(one(name, None) for name in "vwxyz")]
    assert "for v, w, x and 2 more: too few" in light(classes=classes)[1]
    assert "for v, w, x: too few" in light(classes=classes[:8])[1]


def test_sentences_carry_their_own_numbers():
    assert light(kept=0.973)[1].startswith("Labels survive: 97 % ")
    assert " 61 % " in light(affinity=0.61, high=0.8)[1]
    assert " 82 % " in light(affinity=0.82, high=0.95)[1]
