"""Names that begin with words for test images, for what was rejected or is undecided, and say more about these."""

from collections.abc import Iterable, Sequence

from core.data.layouts import words
from core.data.layouts.vocabulary.fillers import NOUNS
from core.data.layouts.vocabulary.kept import UNDECIDED
from core.data.layouts.vocabulary.letters import folded
from core.data.related import affixes

_LONGEST = 3  # words that mean it together: 'not yet sorted'


def begins_aside(name: str, beside: Iterable[str]) -> bool:
    """Whether a name is 'Testfotos vom Handy', 'rejected_blurry' or 'not sure yet', and no other begins with its first
    word: 'rejected_dent' beside 'rejected_scratch' may be a class."""
    found = affixes.words(name)
    if len(found) < 2 or any(affixes.words(other)[:1] == found[:1] for other in beside if other != name):
        return False
    return any(_means_no_class(found[:end]) for end in range(1, min(_LONGEST, len(found) - 1) + 1))


def _means_no_class(begin: Sequence[str]) -> bool:
    letters = folded("".join(begin))
    if letters in UNDECIDED:
        return True
    kind, word = words.kind_of(" ".join(begin)), words.word_of(" ".join(begin))
    if kind == words.PREDICT:
        return len(begin) > 1 or word == letters
    return kind in ("val", "test") and letters.replace(word, "", 1) in NOUNS  # 'test' alone may begin 'test tube'
