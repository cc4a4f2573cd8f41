"""Why an epoch is kept, as data and as text."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from core.tasks.scorecard import Score, format_score
from core.training.events import EpochEnded
from core.training.gain import Gain

LOWEST = {
    "loss": "the lowest validation loss at its fitted temperature",
    "accuracy": "the highest validation accuracy",
    "macro-f1": "the highest macro F1 on the validation images",
    "map": "the highest mean average precision on the validation images",
}


class Help(StrEnum):
    """The effect of a phase that has no better model than the one kept before it."""

    CHANCE = "chance"  # it improved, but within chance
    NONE = "none"  # none of its epochs is better


class PhaseHelp(NamedTuple):
    """A phase (0-based) and its best epoch (0-based), compared with the model kept when it began."""

    phase: int
    help: Help
    best: int
    score: Score  # of its best epoch


class KeptChoice(NamedTuple):
    """The kept epoch and the last one (0-based), their phases, and the effect of each later phase."""

    epoch: int
    phase: int
    last: int
    last_phase: int
    score: Score  # of the validation images, in the kept epoch
    last_score: Score
    later: tuple[PhaseHelp, ...]  # phases after the kept epoch's; () where records of an older version do not tell


def kept_choice(epochs: Sequence[EpochEnded]) -> KeptChoice | None:
    """The kept epoch of a run and later phases; None before an epoch is kept."""
    if not epochs or not any(epoch.best for epoch in epochs):
        return None
    kept, last = [epoch for epoch in epochs if epoch.best][-1], epochs[-1]
    phases = sorted({epoch.phase for epoch in epochs if epoch.phase > kept.phase})
    found = [_help([epoch for epoch in epochs if epoch.phase == phase]) for phase in phases]
    return KeptChoice(
        kept.epoch, kept.phase, last.epoch, last.phase, kept.score, last.score,
        tuple(one for one in found if one is not None),
    )  # fmt: skip


def _help(epochs: Sequence[EpochEnded]) -> PhaseHelp | None:
    """The effect of a phase without a kept epoch."""
    gains = [(epoch.gain, epoch) for epoch in epochs if epoch.gain is not None]
    if not gains:
        return None
    gain, best = max(gains, key=lambda one: one[0])
    gained = gain > 0 and Gain(gain, best.gain_error or 0.0).within_chance
    return PhaseHelp(best.phase, Help.CHANCE if gained else Help.NONE, best.epoch, best.score)


def choice_words(choice: KeptChoice, monitor: str, images: int) -> str:
    """Which epoch was kept and why, in one or two sentences; `images` is the number of validation images."""
    at = choice.epoch + 1
    if choice.epoch == choice.last:
        return f"The last epoch, {at}, is kept: it has {LOWEST[monitor]}."
    if choice.phase == choice.last_phase:
        return f"Epoch {at} of {choice.last + 1} is kept: it has {LOWEST[monitor]}."
    chance = [one for one in choice.later if one.help is Help.CHANCE]
    sentences = [f"The simpler model of epoch {at} is kept{_gain(choice, chance, images)}."]
    sentences += [_no_help(one, choice, monitor) for one in choice.later if one.help is Help.NONE]
    return " ".join(sentences)


def _gain(choice: KeptChoice, chance: Sequence[PhaseHelp], images: int) -> str:
    if not chance:
        return ""
    best = max(chance, key=lambda one: one.score.rank)
    before, after = format_score(choice.score), format_score(best.score)
    gained = best.score.rank > choice.score.rank and before != after
    named = f", {before.removesuffix(' %')} to {after}," if gained else ""
    return f": the gain of later epochs{named} is within chance for {images} images"


def _no_help(one: PhaseHelp, choice: KeptChoice, monitor: str) -> str:
    value = {
        "loss": "a lower validation loss", "accuracy": "a higher accuracy", "macro-f1": "a higher macro F1",
        "map": "a higher mean average precision",
    }  # fmt: skip
    return f"Phase {one.phase + 1} did not help: none of its epochs has {value[monitor]} than epoch {choice.epoch + 1}."


def use_words(choice: KeptChoice) -> str:
    """The sentence that the last epoch is in use instead of the chosen one."""
    return (
        f"You keep the last epoch, {choice.last + 1} ({format_score(choice.last_score)} on the validation images), "
        f"instead of the chosen one, {choice.epoch + 1} ({format_score(choice.score)})."
    )
