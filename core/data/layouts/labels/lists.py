"""Texts that name several labels at once, such as 'cat|dog', and how they come apart."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from core.data import names
from core.data.layouts.words import plain

BRACKETS, SPACE = "[]", " "
_LISTS = ("|", ";", ",", "/", "+", "&")
_PLAIN = ("|", ";", ",")  # between labels, and hardly ever within one
_WHOLE = re.compile(r"[-+]?\d+([.,]0+)?")
_PAIRS = ("[]", "{}", "()")
_CALLED = re.compile(r"tags?|(finding|image|class|category|disease)?labels?|findings?|attributes?|keywords?|targets?")


def separator_of(values: Iterable[str], sure: bool = False) -> str:
    """What stands between the labels of one value: a character, `BRACKETS` where lists are written as '[a, b]', and
    empty where values are single labels. 'C++' and 'N/A' are no lists.

    With `sure` it is known that values may be lists, so that one such value is enough.
    """
    said = {value for value in values if value}
    if joined := next((one for one in _LISTS if _are_joined(said, one)), ""):
        return BRACKETS if joined == "," and _in_brackets(said) else joined
    if _in_brackets(said):
        return BRACKETS
    if sure and (plainly := next((one for one in _PLAIN if any(one in value for value in said)), "")):
        return plainly
    words = [value.split() for value in said if " " in value]
    if all(word in said or _WHOLE.fullmatch(word) for value in words for word in value):
        return SPACE if words else ""
    # classes have names of two words; lists of classes have many lengths, and say the same words again and again
    every = [word for value in words for word in value]
    counts = Counter(word for value in said for word in set(value.split()))
    known = 4 * sum(counts[word] > 1 for word in every) >= 3 * len(every)
    return SPACE if len(set(map(len, words))) > 2 and known else ""


def split_labels(text: str, separator: str) -> tuple[str, ...]:
    """The labels that a text names, trimmed, in its order; empty and repeated ones are passed over."""
    if separator == BRACKETS:
        bare = text.strip()
        bare = bare[1:-1] if bare[:1] + bare[-1:] in _PAIRS else bare
        atoms = [atom.strip().strip("'\"") for atom in bare.split(",")]
    else:
        atoms = text.split(separator) if separator else [text]
    return tuple(dict.fromkeys(label for atom in atoms if (label := names.label(atom.strip()))))


def are_lists(name: str, values: Sequence[str]) -> bool:
    """Whether a column whose values hardly repeat holds lists whose labels do. Numbers count only in a column that is
    called like those of labels: they may be places."""
    separator = separator_of(values)
    if not separator or (separator not in (*_PLAIN, BRACKETS) and not is_called_so(name)):
        return False
    atoms = [atom for value in values for atom in split_labels(value, separator)]
    numbers = all(_WHOLE.fullmatch(atom) for atom in atoms)
    return len(set(atoms)) * 2 <= len(atoms) and (not numbers or is_called_so(name))


def is_called_so(name: str) -> bool:
    """Whether a column is called as columns of several labels are."""
    return bool(_CALLED.fullmatch(plain(name)))


def odd_labels(labels: Iterable[str], separator: str) -> list[str]:
    """Labels that look like lists written in another way: others, with another separator between them."""
    known = set(labels)
    others = [one for one in _LISTS if one not in (separator, "," if separator == BRACKETS else "")]
    return [
        label
        for label in sorted(known)
        if any(len(atoms := split_labels(label, one)) > 1 and known.issuperset(atoms) for one in others)
    ]


def spelt(separator: str) -> str:
    """A separator as it is shown in a sentence."""
    return {BRACKETS: "lists such as [a, b]", SPACE: "lists separated by spaces"}.get(
        separator, f"lists separated by '{separator}'"
    )


def _in_brackets(said: Iterable[str]) -> bool:
    return any(value[0] + value[-1] in _PAIRS and "," in value for value in said)


def _are_joined(said: set[str], separator: str) -> bool:
    """Whether some values are others with a separator between them."""
    split = {value: [atom.strip() for atom in value.split(separator)] for value in said}
    if separator in _PLAIN:  # nothing behind a last separator is no label
        split = {value: [atom for atom in atoms if atom] for value, atoms in split.items()}
    joined = [atoms for atoms in split.values() if len(atoms) > 1 and all(atoms)]
    counts = Counter(atom for atoms in split.values() for atom in atoms)
    return bool(joined) and sum(counts[atom] > 1 for atoms in joined for atom in atoms) >= len(joined)
