"""From answers to a light, on answers that are written down here."""

from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import Item
from core.screening.judge import judge
from core.screening.verdict import Confusion, Verdict, decide

NAMES = ["cat", "dog", "owl"]
EACH, VIEWS = 20, 8


def items():
    return [
        Item(Path(f"{name}-{n}.png"), f"{name}/{n}.png", label, 32, 32, f"{label}-{n}")
        for label, name in enumerate(NAMES) for n in range(EACH)
    ]  # fmt: skip


def answers(taken):
    """Probabilities (…, K) of a probe that is sure of `taken` (…)."""
    return np.eye(len(NAMES))[taken] * 0.9 + 0.1 / 3


def safety(clean_n, taken_vn):
    return judged(answers(clean_n), answers(taken_vn))


def judged(clean_nk, views_vnk):
    shown = items()
    labels_n = np.array([item.label for item in shown])
    margins = np.full(views_vnk.shape[:2], 0.5)
    return judge(NAMES, labels_n, shown, range(len(views_vnk)), clean_nk, views_vnk, margins)


LABELS = np.repeat([0, 1, 2], EACH)


def taken(cat_as_dog=0.0):
    """Views in which a share of the cats, the same in every image, is taken for a dog."""
    views = np.tile(LABELS, (VIEWS, 1))
    views[: round(cat_as_dog * VIEWS), :EACH] = 1
    return views


def test_views_that_keep_their_class_are_green():
    found = safety(LABELS, taken())
    assert found.verdict is Verdict.GREEN
    assert (found.affinity, found.flip_rate, found.confusions, found.worst) == (1, 0, (), ())


def test_a_class_that_turns_into_another_is_red_and_named():
    found = safety(LABELS, taken(cat_as_dog=1.0))
    assert found.verdict is Verdict.RED
    assert "cat is taken for dog in 100 %" in found.reason
    assert found.affinity == pytest.approx(2 / 3)
    assert found.classes[0].affinity == 0
    assert [one.affinity for one in found.classes[1:]] == [1, 1]
    assert (found.confusions[0].truth, found.confusions[0].taken_for, found.confusions[0].share) == ("cat", "dog", 1)
    assert {view.truth for view in found.worst} == {"cat"}


def test_between_the_thresholds_it_is_amber():
    found = safety(LABELS, taken(cat_as_dog=0.25))
    assert found.classes[0].affinity == pytest.approx(0.75)
    assert found.verdict is Verdict.AMBER


def test_a_loss_within_chance_is_no_alarm():
    views = taken()
    views[:, 0] = 1  # one cat of twenty
    found = safety(LABELS, views)
    assert found.classes[0].affinity == pytest.approx(0.95)
    assert found.verdict is Verdict.GREEN


def test_a_probe_that_guesses_cannot_tell():
    guesses = np.random.default_rng(0).integers(0, 3, len(LABELS))
    assert safety(guesses, taken()).verdict is Verdict.UNKNOWN


def test_a_class_that_is_hardly_recognised_is_not_judged():
    clean = LABELS.copy()
    clean[: EACH - 3] = 2  # three cats are correctly classified
    views = taken(cat_as_dog=1.0)
    found = safety(clean, views)
    assert found.classes[0].affinity is None
    assert found.classes[1].affinity == 1


def noisy(cat_over_dog, seed=0):
    """A probe that is unsure: the cats' log odds of cat over dog scatter by 1 around a mean."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(cat_over_dog, 1.0, EACH)
    sure = answers(LABELS)
    sure[:EACH, 0], sure[:EACH, 1] = 0.9 / (1 + np.exp(-odds)), 0.9 / (1 + np.exp(odds))
    return sure


def test_classes_that_change_sides_are_red_though_single_images_are_named_poorly():
    found = judged(noisy(0.7), np.stack([noisy(-0.7, seed=1)]))
    assert found.classes[0].clean < 0.9
    assert found.verdict is Verdict.RED
    assert [(one.truth, one.taken_for) for one in found.direct] == [("cat", "dog")]
    assert found.direct[0].share > 0.5


@pytest.mark.parametrize(("clean", "view"), [(0.7, 0.6), (0.0, -0.7)], ids=["stays", "was on no side"])
def test_who_stays_or_was_on_no_side_has_not_changed_sides(clean, view):
    assert judged(noisy(clean), np.stack([noisy(view, seed=1)])).direct == ()


def test_without_a_class_to_judge_there_is_no_verdict():
    assert decide(1.0, 1.0, 1.0, 1.0, [], [])[0] is Verdict.UNKNOWN


def few(each):
    """Classes of so many images, of which every view of the last two changes sides."""
    names = [f"class {n}" for n in range(len(each))]
    labels_n = np.repeat(np.arange(len(each)), each)
    shown = [Item(Path(f"{n}.png"), f"{n}.png", int(label), 32, 32, str(n)) for n, label in enumerate(labels_n)]
    swapped = np.arange(len(each))
    swapped[-2:] = swapped[-2:][::-1]
    sure = np.eye(len(each)) * 0.9 + 0.1 / len(each)
    views = np.stack([sure[swapped[labels_n]]] * VIEWS)
    return judge(names, labels_n, shown, range(VIEWS), sure[labels_n], views, np.full((VIEWS, len(shown)), 0.5))


def test_classes_of_too_few_images_are_never_green_and_are_named():
    found = few([90, 90, 4, 4])
    assert found.verdict is Verdict.AMBER
    assert "not known for class 2, class 3" in found.reason


def test_too_few_images_of_most_classes_is_not_blamed_on_the_backbone():
    found = few([4] * 30)
    assert found.verdict is Verdict.UNKNOWN
    assert "fewer than 5 plain images" in found.reason
    assert "separate" not in found.reason


def test_the_green_sentence_counts_views_of_images_that_were_named_rightly():
    clean = LABELS.copy()
    clean[:2] = 1  # two cats are taken for dogs when plain, and for cats in all of their views
    views = taken()
    views[:, 2:4] = 1  # two others only when plain
    found = safety(clean, views)
    assert found.affinity == pytest.approx(1)
    assert found.flip_rate == pytest.approx(2 / 58)
    if found.verdict is Verdict.GREEN:
        assert "97 % of what was correctly classified still is" in found.reason
    else:
        pytest.fail(found.reason)


def uneven(counts, clean_n, taken_vn, names="abc", digits=None):
    """Judged with the first classes of `names`, of so many images each; `taken_vn` (V, N)."""
    labels_n = np.repeat(np.arange(len(counts)), counts)
    shown = [Item(Path(f"{n}.png"), f"{n}.png", int(label), 32, 32, f"d{n}") for n, label in enumerate(labels_n)]
    sure = np.eye(len(counts)) * 0.9 + 0.1 / len(counts)
    clean, views = sure[clean_n], sure[taken_vn]
    margins = np.arange(views.shape[0] * views.shape[1], dtype=float).reshape(views.shape[:2])
    return judge(list(names[: len(counts)]), labels_n, shown, digits or range(len(views)), clean, views, margins)


@pytest.mark.parametrize(("rare", "verdict"), [(5, Verdict.UNKNOWN), (6, Verdict.GREEN)])
def test_skill_begins_at_the_share_of_the_largest_class(rare, verdict):
    """Of 40 images 30 are of one class: half way from there to all of them are 35."""
    labels_n = np.repeat([0, 1], (30, 10))
    clean = labels_n.copy()
    clean[30 + rare :] = 0
    found = uneven((30, 10), clean, np.stack([clean] * 3))
    assert found.clean == pytest.approx((30 + rare) / 40)
    assert found.verdict is (Verdict.GREEN if rare == 5 else verdict)
    clean[0] = 1
    found = uneven((30, 10), clean, np.stack([clean] * 3))
    assert found.verdict is verdict


def test_whoever_always_says_the_largest_class_has_no_skill():
    found = uneven((30, 5, 5), np.zeros(40, int), np.zeros((4, 40), int))
    assert found.clean == 0.75
    assert found.verdict is Verdict.UNKNOWN
    assert "do not separate" in found.reason


def test_every_number_is_of_the_images_and_views_it_names():
    counts = (10, 7, 6)
    labels_n = np.repeat([0, 1, 2], counts)
    clean = labels_n.copy()
    clean[[0, 10]] = 2, 0
    views = np.stack([labels_n] * 4)
    views[0, 1] = 2  # one view of one image of the first class
    views[:, 11] = 0  # all views of one of the second
    views[:2, 12] = 2
    found = uneven(counts, clean, views)
    assert (found.images, found.views) == (23, 4)
    assert found.clean == pytest.approx(21 / 23)
    kept = (23 * 4 - 1 - 4 - 2) / 4
    assert found.affinity == pytest.approx(kept / 21)
    assert found.flip_rate == pytest.approx((1 + 4 + 2) / (4 * 21))
    assert found.margin == np.median(np.arange(4 * 23))
    assert [(one.name, one.images) for one in found.classes] == [("a", 10), ("b", 7), ("c", 6)]
    assert [one.clean for one in found.classes] == pytest.approx([0.9, 6 / 7, 1.0])
    assert [one.flip_rate for one in found.classes] == pytest.approx([1 / 36, 6 / 24, 0.0])
    assert [one.affinity for one in found.classes] == pytest.approx([39 / 36, 22 / 24, 1.0])
    assert found.classes[0].becomes == Confusion("a", "c", 1 / 40)
    assert found.classes[1].becomes == Confusion("b", "a", 4 / 28)
    assert found.classes[2].becomes is None
    assert [(one.truth, one.taken_for) for one in found.confusions] == [("b", "a"), ("b", "c"), ("a", "c")]
    assert [one.share for one in found.confusions] == pytest.approx([4 / 28, 2 / 28, 1 / 40])
    for one in found.classes[:2]:
        assert one.affinity_low < one.affinity < one.affinity_high
        assert 0 <= one.flip_low < one.flip_rate
    assert found.affinity_low < found.affinity < found.affinity_high
    # of a thousand resamples with a fixed seed
    assert (found.affinity_low, found.affinity_high) == pytest.approx((0.8586957, 1.2105263))
    assert [(one.affinity_low, one.affinity_high) for one in found.classes] == [
        pytest.approx(ends) for ends in ((0.925, 1.4285714), (0.5, 1.5), (1.0, 1.0))
    ]


@pytest.mark.parametrize(("right", "has_affinity"), [(5, True), (4, False)])
def test_a_class_is_judged_from_five_images_that_are_recognised(right, has_affinity):
    clean = np.repeat([0, 1], (20, 8))
    clean[20 + right :] = 0
    found = uneven((20, 8), clean, np.stack([clean] * 2))
    assert (found.classes[1].affinity is not None) is has_affinity
    assert (found.classes[1].affinity_low, found.classes[1].affinity_high) == ((1, 1) if has_affinity else (0, 1))


def test_the_worst_views_are_the_surest_one_of_each_image_and_carry_its_own_number():
    names, labels_n = ["a", "b"], np.repeat([0, 1], (16, 9))
    shown = [Item(Path(f"{n}.png"), f"{n}.png", int(label), 32, 32, f"d{n}") for n, label in enumerate(labels_n)]
    clean = np.eye(2)[labels_n] * 0.8 + 0.1
    clean[3] = (0.2, 0.8)  # not correctly classified when plain: its views are no loss
    sure = np.zeros((3, 25))
    sure[1, :14] = 0.51 + 0.01 * np.arange(14)
    sure[2, :14] = 0.505
    sure[0, 20] = 0.97
    views = np.where(sure[..., None] > 0, np.stack([1 - sure, sure], axis=2), clean)
    views[0, 20] = (0.97, 0.03)
    views[:, 14:16] = clean[14:16]
    found = judge(names, labels_n, shown, (4, 7, 9), clean, views, np.ones((3, 25)))
    worst = found.worst
    assert len(worst) == 12
    assert (worst[0].image, worst[0].digest, worst[0].view) == ("20.png", "d20", 4)
    assert (worst[0].truth, worst[0].taken_for, worst[0].confidence) == ("b", "a", pytest.approx(0.97))
    assert [one.image for one in worst[1:]] == [f"{n}.png" for n in (13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 2)]
    assert {one.view for one in worst[1:]} == {7}
    assert [one.confidence for one in worst] == sorted((one.confidence for one in worst), reverse=True)


def test_only_classes_with_images_enough_change_sides_and_only_beyond_half_of_the_views():
    def sides(count, share):
        labels_n = np.repeat([0, 1], (count, 12))
        views = np.stack([labels_n] * 20)
        views[: round(share * 20), :count] = 1
        return uneven((count, 12), labels_n, views).direct

    assert [(one.truth, one.taken_for) for one in sides(5, 0.9)] == [("a", "b")]
    assert sides(5, 0.9)[0].share == pytest.approx(0.9)
    assert sides(4, 0.9) == ()
    assert sides(9, 0.5) == ()
    assert len(sides(9, 0.6)) == 1


@pytest.mark.parametrize(
    ("has_strength", "advice", "not_said"), [(True, "too strong", "off"), (False, "switched off", "strong")]
)
def test_what_has_no_strength_is_switched_off_not_too_strong(has_strength, advice, not_said):
    harmless = safety(LABELS, taken()).classes  # each class alone, but not all of them together
    verdict, reason = decide(1.0, 0.85, 0.95, 0.85, harmless, [], has_strength=has_strength)
    assert verdict is Verdict.AMBER
    assert advice in reason
    assert not_said not in reason
