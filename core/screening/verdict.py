"""What a screening finds, and what follows from it: a light, and the sentence that gives the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# A probe that keeps nine tenths of its accuracy is not disturbed; one that loses a quarter of it, overall or on one
# class, has lost something that the labels are about.
AMBER, AMBER_CLASS, RED = 0.9, 0.8, 0.75
TOLERATED = 0.1  # share of a class' views that may leave it: harmless changes move that many across a near border
LEAST_SKILL = 0.5  # of the probe on plain images, 0 is guessing and 1 is perfect: below, it cannot judge views
LEAST_RIGHT = 5  # images of a class that the probe classifies correctly; with fewer, the class is not judged


class Verdict(StrEnum):
    """Whether labels survive."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Confusion:
    """A class whose views are taken for another one: `share` of them, 0..1."""

    truth: str
    taken_for: str
    share: float


@dataclass(frozen=True, slots=True)
class ClassSafety:
    """One class. `affinity`: accuracy of the probe on views over that on plain images; None where it cannot tell."""

    name: str
    images: int
    clean: float
    affinity: float | None
    affinity_low: float
    affinity_high: float
    flip_rate: float
    flip_low: float  # the lower end of its 95 % interval
    becomes: Confusion | None  # what most views that leave are taken for

    @property
    def harmed(self) -> bool:
        """Whether more views leave than those of a hard image or two: the whole interval lies above a tenth."""
        return self.affinity is not None and self.flip_low > TOLERATED


@dataclass(frozen=True, slots=True)
class WorstView:
    """A view that leaves its class, with the probe's confidence in the other one."""

    image: str
    digest: str
    view: int
    truth: str
    taken_for: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Safety:
    """A screening of one pipeline.

    `affinity` as in `ClassSafety`, with its 95 % interval over images; `flip_rate`: share of misclassified views of
    correctly classified images; `margin`: how far a view's features move, over the distance to the nearest image of
    another class (median over views); `direct`: classes that change sides with another one, as a whole.
    """

    verdict: Verdict
    reason: str
    images: int
    views: int
    clean: float
    affinity: float
    affinity_low: float
    affinity_high: float
    flip_rate: float
    margin: float
    classes: tuple[ClassSafety, ...]
    confusions: tuple[Confusion, ...]
    direct: tuple[Confusion, ...]
    worst: tuple[WorstView, ...]


def decide(
    skill: float, affinity: float, high: float, kept: float, classes: Sequence[ClassSafety],
    direct: Sequence[Confusion], *, has_strength: bool = True,
) -> tuple[Verdict, str]:  # fmt: skip
    """The light and its reason. `skill` is the probe's on plain images (0 guessing, 1 perfect).

    `kept` is the share of views that stay in their class, of images that are correctly classified when plain.
    `has_strength`: whether the pipeline can be made weaker; what cannot is switched off instead.
    """
    judged = [one for one in classes if one.affinity is not None]
    worst = min((one for one in judged if one.harmed), key=lambda one: one.affinity or 0, default=None)
    if direct:
        return Verdict.RED, f"{_becomes(direct[0])}. These views carry a wrong label."
    if skill < LEAST_SKILL:
        return Verdict.UNKNOWN, (
            "Cannot tell: on plain images already, this backbone's features do not separate the classes well enough. "
            "Bring more images, or compare trainings with and without it."
        )
    if worst is not None and (worst.affinity or 0) < RED:
        return Verdict.RED, f"{_loses(worst)}. This label does not survive."
    if affinity < RED and high < 1:
        return Verdict.RED, (
            f"Of the views only {_percent(affinity)} as many are correctly classified as of the plain images."
        )
    if not judged or 2 * len(judged) < len(classes):
        return Verdict.UNKNOWN, (
            f"Cannot tell: of most classes fewer than {LEAST_RIGHT} plain images are correctly classified, too few to "
            "judge views by. Bring more images of each class."
        )
    if worst is not None and (worst.affinity or 0) < AMBER_CLASS:
        return Verdict.AMBER, f"{_loses(worst)}. Look at the worst views before you use it."
    if affinity < AMBER and high < 1:
        return Verdict.AMBER, (
            f"Of the views {_percent(affinity)} as many are correctly classified as of the plain images: "
            + ("it may be too strong." if has_strength else "it may be better switched off.")
        )
    if unknown := [one.name for one in classes if one.affinity is None]:
        return Verdict.AMBER, f"It is not known for {_few(unknown)}: too few images. The other labels survive."
    return Verdict.GREEN, f"Labels survive: {_percent(kept)} of what was correctly classified still is."


def _few(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _loses(one: ClassSafety) -> str:
    if one.becomes is not None and one.becomes.share >= 0.1:
        return _becomes(one.becomes)
    return f"{one.name} is not recognised any more in {_percent(one.flip_rate)} of its views"


def _becomes(one: Confusion) -> str:
    return f"{one.truth} is taken for {one.taken_for} in {_percent(one.share)} of its views"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
