"""Scores in records of other versions."""

from dataclasses import asdict

from core.tasks.scorecard import Score, Scorecard
from core.training.events import EpochEnded

EPOCH = EpochEnded(
    epoch=2, phase=1, step=9, train_loss=0.7, train_accuracy=0.4, val_loss=0.6, val_accuracy=0.5, learning_rate=0.01,
    seconds=3.0, images_per_second=20.0, best=True, metrics=(Score("mean_iou", 0.8), Score("dice", 0.9)),
)  # fmt: skip


def test_what_a_later_version_added_is_passed_over():
    card = Scorecard((Score("mean_iou", 0.8, 0.7, 0.9), Score("dice", 0.9)), 12)
    later = card.to_record()
    later["scores"][0]["method"] = "bootstrap"
    assert Scorecard.from_record(later | {"seen": 3}) == card
    assert (card.main.title, card.get("dice").title) == ("Mean iou", "Dice"), "an unknown score is called by its name"
    epoch = asdict(EPOCH)
    epoch["metrics"][1]["method"] = "bootstrap"
    assert EpochEnded.from_record(epoch | {"gpu_memory": 17}) == EPOCH


def test_an_epoch_of_an_earlier_version_has_its_accuracy():
    former = asdict(EPOCH)
    for name in ("metrics", "value", "gain", "gain_error"):
        del former[name]
    epoch = EpochEnded.from_record(former)
    assert (epoch.metrics, epoch.score) == ((), Score("accuracy", 0.5))
