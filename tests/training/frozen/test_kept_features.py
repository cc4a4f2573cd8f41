"""Training on kept features is the training of the whole model, in every family, at every cut.

The images have 64 px: with less, a BatchNorm sees one value per image in the last stages, and a few steps make of
rounding what a difference would look like.
"""

import pytest

from core.backbones.catalogue import get
from core.backbones.stages import stage_table
from core.experiment import BackboneSpec, Phase, Recipe
from core.training.events import EpochEnded
from tests.conftest import make_experiment, make_images
from tests.training.frozen.test_freezing import one_per_family
from tests.training.helpers import Counter, add_dropout, copy, losses, prepare, run, settle, warnings, without_features

TOLERANCE = 1e-5
RECIPE = Recipe(batch_size=4, precision="fp32", optimizer="sgd", schedule="constant", warmup=0)
LARGE = 20_000_000  # weights
LONG = {"DenseNet", "TinyViT"}  # few weights, many operations
RATES = {"mobilenet_v3_small": 2.0}  # untrained, it passes on next to nothing


def families(slow_from=10_000_000):
    found = []
    for case in one_per_family():
        (entry,) = case.values
        slow = entry.parameters >= slow_from or entry.family in LONG
        found.append(pytest.param(entry, id=case.id, marks=[pytest.mark.slow] if slow else []))
    return found


def cuts_of(entry):
    """The head, the last stage and a stage in the middle."""
    names = [stage.name for stage in stage_table(entry.name)]
    return names, ("head", names[-2], names[len(names) // 2])


def a_setup(folder, entry, cuts, epochs=2, **parts):
    names, _ = cuts_of(entry)
    size = -(-max(entry.smallest, 64) // entry.multiple) * entry.multiple
    rate = RATES.get(entry.name, 0.05)
    phases = tuple(Phase(stages=tuple(names[names.index(cut) :]), epochs=epochs, learning_rate=rate) for cut in cuts)
    experiment = make_experiment(
        make_images(folder / "images", per_class=6),
        **{
            "backbone": BackboneSpec(name=entry.name, weights="none", image_size=size),
            "phases": phases,
            "recipe": RECIPE,
            **parts,
        },
    )
    setup = prepare(experiment, folder, features=folder / "features", saved=False)
    settle(setup)
    return setup


def both(setup, monkeypatch):
    """Events of a run on kept features and of one that runs the whole model, and how many images each put through."""
    start, counter, found = copy(setup.model), Counter(setup), []
    for whole in (False, True):
        if whole:
            without_features(monkeypatch)
        counter.images = 0
        setup.model.load_state_dict(start)
        found.append((run(setup), counter.images))
    return found


def require_the_same(kept, whole):
    first, second = losses(kept), losses(whole)
    assert len(first) == len(second) > 0
    assert max(abs(a - b) for a, b in zip(first, second, strict=True)) <= TOLERANCE
    val = [e.val_loss for e in whole if isinstance(e, EpochEnded)]
    assert max(val) - min(val) >= 500 * TOLERANCE, val  # something was learned
    assert warnings(kept) == []


@pytest.mark.parametrize("entry", families())
def test_three_phases_that_begin_at_one_cut_equal_those_of_the_whole_model(tmp_path, entry, monkeypatch):
    _, cuts = cuts_of(entry)
    setup = a_setup(tmp_path, entry, cuts)
    add_dropout(setup)
    (kept, through), (whole, through_whole) = both(setup, monkeypatch)
    require_the_same(kept, whole)
    train, val = len(setup.train_items), len(setup.val_items)
    assert through == 2 * train + val  # two views and the plain images, once for all phases
    assert through_whole == 6 * (train + val)


@pytest.mark.parametrize("place", [0, 1, 2], ids=["head", "last", "middle"])
@pytest.mark.parametrize("entry", [case for case in families(3_000_000) if case.values[0].parameters < LARGE])
def test_a_phase_at_any_cut_equals_that_of_the_whole_model(tmp_path, entry, place, monkeypatch):
    _, cuts = cuts_of(entry)
    setup = a_setup(tmp_path, entry, [cuts[place]], epochs=3)
    add_dropout(setup)
    (kept, through), (whole, through_whole) = both(setup, monkeypatch)
    require_the_same(kept, whole)
    train, val = len(setup.train_items), len(setup.val_items)
    assert (through, through_whole) == (2 * train + val, 3 * (train + val))


def test_fresh_views_equal_those_of_the_whole_model(tmp_path, monkeypatch):
    entry = get("timm/lcnet_100")
    setup = a_setup(tmp_path, entry, cuts_of(entry)[1], views="fresh")
    add_dropout(setup)
    (kept, through), (whole, through_whole) = both(setup, monkeypatch)
    require_the_same(kept, whole)
    train, val = len(setup.train_items), len(setup.val_items)
    assert through == 6 * train + 3 * val  # each phase has its own cut, from which plain images are kept
    assert through_whole == 6 * (train + val)


def test_dropout_before_a_trained_stage_is_felt_at_every_step(tmp_path):
    """Without it the tests above would compare less than they say."""
    entry = get("timm/lcnet_100")
    setup = a_setup(tmp_path, entry, ["head"])
    start = copy(setup.model)
    without = losses(run(setup))
    setup.model.load_state_dict(start)
    add_dropout(setup)
    with_it = losses(run(setup))
    assert all(abs(a - b) > 10 * TOLERANCE for a, b in zip(without[:4], with_it[:4], strict=True))
