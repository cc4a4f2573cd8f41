"""Folders called after what images lack, where another one is called after what has it: 'no label' beside 'label'."""

from collections.abc import Iterable, Iterator

from core.data.layouts.vocabulary.letters import folded
from core.data.layouts.vocabulary.unlabelled import LACKED
from core.data.layouts.words import PREDICT, kind_of, word_of
from core.data.related.affixes import tokens
from core.data.tree import Folder

_LEAST = 4  # letters of a name that stand within an opposite one


def labels_as_things(top: Folder) -> Iterator[str]:
    """The names of folders at any level for which a label is a thing in the image, as on a bottle: 'no label' and
    'torn label', or 'label' alone. Such folders are classes, not images that nobody has labelled."""
    for parent in top.every_folder():
        names = [folder.path.name for folder in parent.full]
        for name in names:
            noun = LACKED.get(word_of(name)) if kind_of(name) == PREDICT else None
            having = [one for one in names if noun and kind_of(one) != PREDICT and _names_kind_of(one, noun)]
            yield from (name, *having) if having else ()


def _names_kind_of(name: str, noun: str) -> bool:
    """Whether a name is the noun, or a kind of it: 'torn label', but not 'label 2'."""
    others = [token for token in map(folded, tokens(name)) if token.rstrip("s") != noun.rstrip("s")]
    if len(others) == len(tokens(name)):
        return not name.isascii() and noun in folded(name)
    return not any(token.isdigit() for token in tokens(name)) and all(len(token) != 1 for token in others)


def has_opposite(name: str, others: Iterable[str]) -> bool:
    """Whether another name says what a name denies: 'sorted' beside 'unsorted'."""
    letters = folded(name)
    plain = [folded(other) for other in others if not any(map(str.isdigit, other))]  # 'label 2' is one of some
    return any(len(one) >= _LEAST and letters != one and letters.endswith(one) for one in plain)
