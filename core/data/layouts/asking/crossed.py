"""Classes that are named with a part, a fold or another word more: 'catTrain' and 'catTest', 'cat' and 'cat_unsure'."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from core.data.layouts.assigned import Layout, listed
from core.data.layouts.beside.aside import is_aside
from core.data.layouts.vocabulary.parts import IN_COLUMNS
from core.data.layouts.words import PREDICT, is_batch, is_fold, kind_of
from core.data.related.affixes import WITHOUT, tokens
from core.data.related.copy_names import ALTERED

_MOST_WORDS = 2  # of what is added
_VARIANTS = frozenset(("original", "orig", "edges", "thermal", "nir", "depth"))
_SHORT = 3  # letters of a code, as 'X', that is no word


class Added(NamedTuple):
    """What is added before (`first`) or behind the names of classes, in lower case."""

    words: tuple[str, ...]
    first: bool

    @property
    def text(self) -> str:
        """Its words, as in a name of its own."""
        return " ".join(self.words)


Named = Mapping[str, str]  # what is left of a name, and the name itself


def added(names: Iterable[str]) -> dict[Added, Named]:
    """What several names have in common before or behind, each with these names by what else they hold."""
    found: dict[Added, dict[str, str]] = defaultdict(dict)
    for name in sorted(names):
        words = _words(name)
        for count in range(1, min(_MOST_WORDS, len(words) - 1) + 1):
            found[Added(tuple(words[-count:]), False)][" ".join(words[:-count])] = name
            found[Added(tuple(words[:count]), True)][" ".join(words[count:])] = name
    return {one: bases for one, bases in found.items() if len(bases) > 1}


def _words(name: str) -> list[str]:
    return [token.casefold() for token in tokens(name) if token[0].isalnum()]


def crossed_with_parts(names: Collection[str]) -> list[str]:
    """The words of parts, folds or batches that are combined with each of several classes; empty if there are none."""
    shared = {one: bases for one, bases in added(names).items() if _divides(one)}
    for first in (False, True):
        sets = {one: frozenset(bases) for one, bases in shared.items() if one.first is first}
        same = Counter(sets.values())
        together = [one for one, bases in sets.items() if same[bases] > 1]
        if sum(len(shared[one]) for one in together) == len(names):
            return [one.text for one in together]
    return []


def _divides(one: Added) -> bool:
    if all(word.isdigit() for word in one.words):  # years of models
        return False
    return kind_of(one.text) is not None or one.text in IN_COLUMNS or is_fold(one.text) or is_batch(one.text)


def beside_their_classes(names: Collection[str]) -> dict[Added, list[str]]:
    """What is added to the names of several classes that are there without it as well, with the longer names."""
    bare = {" ".join(_words(name)) for name in names}
    found = {one: [name for base, name in bases.items() if base in bare] for one, bases in added(names).items()}
    return {one: longer for one, longer in found.items() if len(longer) > 1 and not _is_told(one)}


def _is_told(one: Added) -> bool:
    """Whether classes with it are ordinary ('no_helmet' beside 'helmet'), or told elsewhere (copies, numbers)."""
    return all(word in WITHOUT or word in ALTERED or word.isdigit() for word in one.words)


def means_no_class(one: Added) -> bool:
    """Whether what is added says where or how surely images belong, or is a code, rather than what they show."""
    if _divides(one) or kind_of(one.text) == PREDICT or is_aside(one.text):
        return True
    return all(len(word) < _SHORT or word.isdigit() for word in one.words)


def note_added(layout: Layout) -> None:
    """Note classes that are called like others with one word more, whatever it is."""
    layout.notes += [
        f"The classes {listed(longer)} are called like others with '{one.text}' {_where(one)}. If they are a part or "
        "variants of those, put their images into the folders of those, or take these folders out."
        for one, longer in beside_their_classes(layout.classes).items()
        if not any(all(f"'{name}'" in note for name in longer) for note in layout.notes)
    ]


def note_crossed(layout: Layout) -> None:
    """Note classes that are all combined of what they show and of variants of that: 'original_cat', 'augmented_cat',
    'original_dog', 'augmented_dog'."""
    for first in (True, False):
        alike: dict[tuple[frozenset[str], int], list[Added]] = defaultdict(list)
        for one, bases in added(layout.classes).items():
            if one.first is first:
                alike[frozenset(bases), len(one.words)].append(one)
        for (shown, _), same in alike.items():
            every = len(same) * len(shown) == len(layout.classes)
            if len(same) > 1 and every and any(_makes_variants(other) for other in same):
                words, classes = (listed(sorted(found)) for found in ([other.text for other in same], shown))
                layout.notes.append(
                    f"Each of {classes} is there as {words}, which are read as classes of their own. If they are "
                    f"variants of the same images, make folders {classes} within folders {words}, so that the images "
                    "of a class are read together."
                )
                return


def _makes_variants(one: Added) -> bool:
    """Whether what is added says what was done to an image, or through which lens it was taken."""
    return all(word in ALTERED or word in _VARIANTS for word in one.words)


def _where(one: Added) -> str:
    return "before" if one.first else "behind"
