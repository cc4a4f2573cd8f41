"""Every error the engine raises on purpose.

    GraftError
    ├── InvalidInput                 something given by the user; nothing was changed
    │   ├── InvalidExperiment        a description that breaks its own rules
    │   ├── InvalidPipeline          an augmentation that cannot be built
    │   ├── UnknownTransform
    │   ├── UnknownBackbone
    │   ├── UnknownStage
    │   ├── UnknownDevice
    │   ├── UnreadableImage
    │   ├── UnreadableArchive
    │   ├── DatasetNotFound
    │   ├── UnusableDataset          readable, but nothing can be learned from it
    │   │   └── UnclearLayout        can be read in several ways; carries the choices
    │   └── UnreadableWeights        a weights file that is not what it should be
    ├── WeightsUnavailable           pretrained weights that could not be fetched
    ├── RunNotFound
    ├── RunConflict                  an action that the run's status does not allow
    ├── ResumeRefused                a checkpoint that does not belong to this data or experiment
    ├── QueueFull
    ├── TrainingFailed
    │   ├── LossNotFinite
    │   └── OutOfMemory
    └── StorageFailed                disk full, folder not writable
        ├── StorageLocked            another program keeps the database locked; it may let go
        └── WorkspaceGone            the workspace, or a run's folder, was deleted, moved or replaced while in use

A message is one or two plain sentences: what happened, with what, what is allowed, what to do next.
A choice is data in it (`core.wording`): the command line says it as options, a page by the name of its control.
The command line turns each of them into that sentence and exit code 2, the pages into a message box.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from core.text import short, shown_lines
from core.wording import as_reading

LONGEST_MESSAGE = 2000  # characters: what a file or a user calls things can be of any length, a screen is not


class GraftError(Exception):
    """Base of every error raised on purpose; `str(error)` is fit to be shown to a user, whatever names are in it."""

    def __str__(self) -> str:
        text = shown_lines(super().__str__())
        return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 200]} ... {text[-190:]}"


class InvalidInput(GraftError):
    """Something given by the user cannot be used."""


class InvalidExperiment(InvalidInput):
    """An experiment's description breaks its own rules; the message lists every problem."""


class InvalidPipeline(InvalidInput):
    """An augmentation with parameters from which it cannot be built."""


class UnknownTransform(InvalidInput):
    """A transform or preset that is not in the catalogue."""


class UnknownBackbone(InvalidInput):
    """A backbone that is not in the catalogue."""


class UnknownStage(InvalidInput):
    """A stage that the backbone does not have."""


class UnknownDevice(InvalidInput):
    """A device that this machine does not have."""


class UnreadableImage(InvalidInput):
    """A file that is not an image this program is willing to decode."""


class UnreadableArchive(InvalidInput):
    """A zip that is broken, unsafe, too large or without images; nothing of it was kept."""


class DatasetNotFound(InvalidInput):
    """A data source that does not exist."""


class UnusableDataset(InvalidInput):
    """Images that can be read, but from which nothing can be learned as they stand."""


@dataclass(frozen=True, slots=True)
class LayoutChoice:
    """One way to read a folder. `reading` holds fields of `core.experiment.Reading`, to be given with the data set."""

    reading: Mapping[str, str]
    says: str  # one sentence: what is then taken for a class
    gives: str = ""  # what it would give, such as '3 classes: bars 8, cross 8, disc 8'
    counts: Mapping[str, int] = field(default_factory=dict)  # of all classes, before the files are read


class UnclearLayout(UnusableDataset):
    """A folder that can be read in several ways. `question` says why, `choices` are the ways."""

    def __init__(self, question: str, choices: Iterable[LayoutChoice]) -> None:
        self.question, self.choices = question, tuple(choices)
        ways = "; ".join(f"{as_reading(**choice.reading)} ({choice.says})" for choice in self.choices)
        super().__init__(f"{question} Choose one: {ways}." if ways else question)


class UnreadableWeights(InvalidInput):
    """A weights file with the wrong format, names or shapes."""


class WeightsUnavailable(GraftError):
    """Pretrained weights are not on this machine and could not be downloaded."""


class RunNotFound(GraftError):
    """No run has this id."""


class RunConflict(GraftError):
    """The run's status does not allow this action."""


class ResumeRefused(GraftError):
    """A run cannot go on from its checkpoint, because the data or the settings are not the same."""


class QueueFull(GraftError):
    """Too many runs are waiting already."""


class TrainingFailed(GraftError):
    """A run ended before its time."""


class LossNotFinite(TrainingFailed):
    """The loss became NaN or infinite."""


class OutOfMemory(TrainingFailed):
    """The device has too little memory for this run."""


class StorageFailed(GraftError):
    """A file or record could not be written; what was there before is untouched."""


class StorageLocked(StorageFailed):
    """Another program keeps the database locked; the same write may succeed later."""


class WorkspaceGone(StorageFailed):
    """What this program has opened is no longer what lies on the disk under its name."""


def unknown_name(kind: str, got: str, allowed: Iterable[str]) -> str:
    """The sentence for a name that is not in a catalogue: what was given, the nearest names, the choices."""
    names = list(allowed)
    got = short(got)
    near = get_close_matches(got, names, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"There is no {kind} '{got}'.{hint} Choose one of: {shown}."
