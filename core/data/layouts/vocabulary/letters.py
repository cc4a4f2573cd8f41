"""Names without case, accents and separators, and the words left of them without what only fills."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

_MARKED = re.compile(r"([a-zα-ω])[\u0300-\u036f]+")  # Latin and Greek only: й and パ are letters of their own
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ς": "σ"})
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_VERSION = re.compile(r"(?<![^\W\d_])v(?=\d)", re.IGNORECASE)  # train_v2
_LONGEST = 300


@lru_cache(maxsize=1 << 14)
def folded(name: str) -> str:
    """The letters of a name without case, accents, separators and digits: 'Évaluation_Set-2' is 'evaluationset'."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    bare = unicodedata.normalize("NFKC", _MARKED.sub(r"\1", spread))
    return "".join(c for c in bare if c.isalpha()).translate(_LETTERS)


def fold(text: str) -> str:
    """Lower case and without accents, letter for letter, so that places in it are those in the text (in NFC)."""
    return "".join(map(_plain, unicodedata.normalize("NFC", text)))


@lru_cache(maxsize=1 << 12)
def _plain(letter: str) -> str:
    plain = _MARKED.sub(r"\1", unicodedata.normalize("NFD", letter.lower()))
    return plain if len(plain) == 1 else letter.lower() if len(letter.lower()) == 1 else letter


def without_version(name: str) -> str:
    """The name without the letter of a version: 'train_v2' becomes 'train_2'."""
    return _VERSION.sub("", name)


def spellings(words: str) -> Iterator[str]:
    """The folded spellings of words separated by bars: 'prüfen' as 'prufen' and 'pruefen'."""
    for word in words.split("|"):
        yield folded(word)
        yield folded(unicodedata.normalize("NFC", word).casefold().translate(_SPELT))


def all_words(by_language: Mapping[str, str]) -> frozenset[str]:
    """The folded words of a table by language."""
    return frozenset(word for words in by_language.values() for word in spellings(words) if word)


class Fillers:
    """Words that may stand around another one and change nothing: 'set' in 'training set'."""

    def __init__(self, before: Iterable[str], after: Iterable[str]) -> None:
        self._before, self._after = _Words(before), _Words(word[::-1] for word in after)

    def fills(self, letters: str) -> bool:
        """Whether a name consists of fillers that may stand before a word, and of one at least."""
        return 0 < len(letters) <= _LONGEST and len(letters) in self._before.reached(letters)

    def cores(self, letters: str, longest: int) -> Iterator[str]:
        """What is left of a name without fillers, in every way, up to a length; what is longest first."""
        if len(letters) > _LONGEST:
            return
        starts = self._before.reached(letters)
        ends = {len(letters) - end for end in self._after.reached(letters[::-1])}
        pairs = [(start, end) for start in starts for end in ends if 0 < end - start <= longest]
        for start, end in sorted(pairs, key=lambda pair: pair[0] - pair[1]):
            yield letters[start:end]


class _Words:
    """Words that may follow one another."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._longest = max(map(len, self._words), default=0)

    def reached(self, letters: str) -> set[int]:
        """The positions up to which the letters are words."""
        reached, waiting = {0}, [0]
        while waiting:
            start = waiting.pop()
            for end in range(start + 1, min(start + self._longest, len(letters)) + 1):
                if end not in reached and letters[start:end] in self._words:
                    reached.add(end)
                    waiting.append(end)
        return reached
