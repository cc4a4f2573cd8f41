"""What the buttons of the phases do, in numbers."""

import pytest

from core.backbones.stages import Stage
from core.experiment import Phase
from core.planning import phases as plan
from pages.ui.backbone.stages import count, stage_list

NAMES = ("stem", "layer1", "layer2", "layer3", "head")


def phase(first, epochs=2, rate=None):
    return Phase(stages=NAMES[NAMES.index(first) :], epochs=epochs, learning_rate=rate)


@pytest.mark.parametrize(
    ("choice", "stages"), [("Head only", NAMES[-1:]), ("Last stage", NAMES[-2:]), ("Everything", NAMES)]
)
def test_a_quick_choice_and_what_it_is_called(choice, stages):
    assert plan.quick_stages(choice, NAMES) == stages
    assert plan.quick_choice(stages[::-1], NAMES) == choice
    assert plan.quick_choice(NAMES[1:2], NAMES) is None
    assert plan.quick_choice(NAMES[2:], NAMES) is None


def test_a_phase_more_thaws_one_stage_more_than_the_last_at_half_its_rate():
    assert plan.added((phase("head", 8, 0.003),), NAMES)[1:] == (phase("layer3", 8, 0.0015),)
    assert plan.added((phase("head"), phase("layer3", 5)), NAMES)[2:] == (phase("layer2", 5),)
    assert plan.added((phase("stem", 1, 0.5),), NAMES)[1:] == (phase("stem", 1, 0.25),), (
        "there is none before the first"
    )
    odd = Phase(stages=("layer3", "layer1"), epochs=3)
    assert plan.added((odd,), NAMES)[1].stages == NAMES, "the earliest counts, in whichever order they stand"


def test_gradual_unfreezing_thaws_a_stage_in_each_of_three_phases():
    given = (phase("head", 8, 0.004), phase("layer1", 6, 0.001))
    assert plan.gradual(given, NAMES) == (
        phase("head", 8, 0.004), phase("layer3", 6, 0.001), phase("layer2", 6, 0.0005), phase("layer1", 6, 0.00025),
    )  # fmt: skip
    assert len(plan.gradual(given, NAMES, stages=2)) == 3
    assert len(plan.gradual(given, NAMES[-3:])) == 3, "no more than there are stages"


def test_phases_are_removed_moved_and_replaced_each_at_its_place():
    phases = (phase("head", 1), phase("head", 2), phase("head", 3), phase("head", 4))

    def epochs(found):
        return [one.epochs for one in found]

    assert [epochs(plan.removed(phases, at)) for at in range(4)] == [[2, 3, 4], [1, 3, 4], [1, 2, 4], [1, 2, 3]]
    assert epochs(plan.moved(phases, 1, 1)) == [1, 3, 2, 4]
    assert epochs(plan.moved(phases, 2, -1)) == [1, 3, 2, 4]
    assert epochs(plan.moved(phases, 0, 1)) == [2, 1, 3, 4]
    assert epochs(plan.moved(phases, 3, -1)) == [1, 2, 4, 3]
    assert epochs(plan.replaced(phases, 2, phase("head", 9))) == [1, 2, 9, 4]


def test_stages_that_never_train_are_named_in_order():
    phases = (Phase(stages=("head",), epochs=1), Phase(stages=("layer2", "head"), epochs=1))
    assert plan.never_trained(phases, NAMES) == ("stem", "layer1", "layer3")
    assert plan.never_trained((phase("stem"),), NAMES) == ()


@pytest.mark.parametrize(
    ("number", "said"),
    [(7, "7"), (999, "999"), (1000, "1 k"), (513_400, "513 k"), (999_600, "1000 k"), (1_000_000, "1 M"),
     (1_284_000, "1.28 M"), (25_600_000, "25.6 M"), (2_500_000_000, "2.5 G")],
)  # fmt: skip
def test_parameters_are_counted_in_three_digits(number, said):
    assert count(number) == said


def table(*sizes):
    return tuple(
        Stage(name=f"s{n}", label=f"stage <{n}>", modules=(), parameters=(), n_parameters=size)
        for n, size in enumerate(sizes)
    )


@pytest.mark.parametrize(
    ("trains", "said"),
    [(("s2",), "100</b> of 2.1 k parameters train (4.8 %)"), (("s0", "s1", "s2"), "(100 %)"), ((), "(0 %)"),
     (("s1",), "<b>1.8 k</b> of 2.1 k parameters train (86 %)")],
)  # fmt: skip
def test_the_share_that_trains_is_said(trains, said):
    html = stage_list(table(200, 1800, 100), trains, "light")
    assert said in html
    assert html.count("title='trains'") == len(trains)
    assert html.count("title='frozen'") == 3 - len(trains)
    assert "stage &lt;1&gt;" in html


def test_a_share_too_small_for_a_digit_is_said_in_words():
    assert "less than 0.1 %" in stage_list(table(1_000_000, 900), ("s1",), "dark")
    assert "(0.1 %)" in stage_list(table(1_000_000, 1100), ("s1",), "dark")


def test_bars_are_as_long_as_their_parameters_are_many():
    html = stage_list(table(500, 2000, 1, 1000), ("s0",), "light")
    assert [part.split("%")[0] for part in html.split("width:")[1:]] == ["25.0", "100.0", "0.6", "50.0"]
