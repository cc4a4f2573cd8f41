"""Names of folders that are kept beside classes: bins, backups, copies, screenshots, what was made of the images."""

import re
from collections.abc import Iterable

from core.data.layouts import words
from core.data.layouts.beside.qualified import begins_aside
from core.data.layouts.vocabulary.kept import KEPT
from core.data.layouts.vocabulary.letters import folded
from core.data.related.copy_names import ALTERED

_MADE = re.compile(r"(?:images?|imgs?|pictures?|photos?|versions?|copies|bilder)?$")


def is_aside(name: str, beside: Iterable[str] | words.Beside = ()) -> bool:
    """Whether a name is typical of folders that are not classes: those of `words.is_unlikely_class`, bins, backups,
    what programs leave, what was made of the images ('augmented'), or what `begins_aside`. `beside` are other names;
    whoever asks this of many names gives the same `Beside` each time."""
    beside = words.Beside.of(beside)
    if words.is_ordinary(name, beside):
        return False
    if folded(name).lstrip("z") in KEPT or words.is_artifact(name) or is_altered(name):
        return True
    return words.is_unlikely_class(name) or begins_aside(name, beside)


def is_altered(name: str) -> bool:
    """Whether a name says nothing but what was done to the images of others: 'augmented', 'gespiegelt'."""
    letters = folded(name)
    return letters in ALTERED or _MADE.sub("", letters) in ALTERED
