"""What names that stand beside one another have in common, found once for all questions about each of them."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from core.data.layouts.vocabulary.letters import folded
from core.data.related import affixes

TOKEN = re.compile(r"[^\W\d_]+|\d+")
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")


def tokens(name: str) -> list[str]:
    """The words and numbers of a name: 'trainSet_2' gives three."""
    return TOKEN.findall(_CAMEL_CASE.sub(" ", name))


class Among:
    """Names beside one another. Each is split into its words once, however many of them are judged by the others."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)

    @cached_property
    def different(self) -> frozenset[str]:
        """The names without those that stand here twice."""
        return frozenset(self.names)

    @cached_property
    def words(self) -> dict[str, list[str]]:
        """The words and numbers of each name."""
        return {name: tokens(name) for name in self.names}

    @cached_property
    def shared(self) -> set[str]:
        """The words, in lower case, that all of several names have."""
        every = (set(map(str.casefold, found)) for found in self.words.values())
        return set.intersection(*every) if len(self.names) > 1 else set()

    @cached_property
    def rests(self) -> dict[str, str]:
        """Each name without these: 'cats_train' and 'cats_test' give 'train' and 'test'."""
        return {
            name: " ".join(word for word in found if word.casefold() not in self.shared)
            for name, found in self.words.items()
        }

    @cached_property
    def letters(self) -> frozenset[str]:
        """The names without case, separators and digits."""
        return frozenset(map(folded, self.names))

    @cached_property
    def first_words(self) -> Counter[str]:
        """How many different names begin with each word."""
        return Counter(found[0] for name in self.different if (found := affixes.words(name)))
