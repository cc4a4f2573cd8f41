"""Names that begin with words for test images, for what was rejected or is undecided, and say more about these."""

from collections.abc import Sequence

from core.data.layouts import words
from core.data.layouts.vocabulary.fillers import NOUNS
from core.data.layouts.vocabulary.kept import UNDECIDED
from core.data.layouts.vocabulary.letters import folded
from core.data.related import affixes

_LONGEST = 3  # words that mean it together: 'not yet sorted'


def begins_aside(name: str, beside: words.Beside) -> bool:
    """Whether a name is 'Testfotos vom Handy', 'rejected_blurry' or 'not sure yet', and no other begins with its first
    word: 'rejected_dent' beside 'rejected_scratch' may be a class."""
    found = affixes.words(name)
    if not any(_means_no_class(found[:end]) for end in range(1, min(_LONGEST, len(found) - 1) + 1)):
        return False
    return beside.first_words[found[0]] <= (name in beside.different)


def _means_no_class(begin: Sequence[str]) -> bool:
    letters = folded("".join(begin))
    if letters in UNDECIDED:
        return True
    kind, word = words.kind_of(" ".join(begin)), words.word_of(" ".join(begin))
    if kind == words.PREDICT:
        return len(begin) > 1 or word == letters
    return kind in ("val", "test") and letters.replace(word, "", 1) in NOUNS  # 'test' alone may begin 'test tube'
