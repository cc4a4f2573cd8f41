"""Folders called after what images lack, where another one is called after what has it: 'no label' beside 'label'."""

from collections import defaultdict
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
        lacking: dict[str, list[str]] = defaultdict(list)
        for name in names:
            if kind_of(name) == PREDICT and (noun := LACKED.get(word_of(name))):
                lacking[noun].append(name)
        for noun, found in lacking.items():
            having = [one for one in names if kind_of(one) != PREDICT and _names_kind_of(one, noun)]
            yield from (*found, *having) if having else ()


def _names_kind_of(name: str, noun: str) -> bool:
    """Whether a name is the noun, or a kind of it: 'torn label', but not 'label 2'."""
    others = [token for token in map(folded, tokens(name)) if token.rstrip("s") != noun.rstrip("s")]
    if len(others) == len(tokens(name)):
        return not name.isascii() and noun in folded(name)
    return not any(token.isdigit() for token in tokens(name)) and all(len(token) != 1 for token in others)


def with_opposite(names: Iterable[str], others: Iterable[str]) -> set[str]:
    """The names that deny what one of the others says: 'unsorted' beside 'sorted'."""
    plain = {folded(other) for other in others if not any(map(str.isdigit, other))}  # 'label 2' is one of some
    return {name for name in names if any(end in plain for end in _ends(folded(name)))}


def _ends(letters: str) -> Iterator[str]:
    return (letters[start:] for start in range(1, len(letters) - _LEAST + 1))
