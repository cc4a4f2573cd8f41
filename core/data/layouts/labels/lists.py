"""Cells that hold several labels, such as 'cat|dog', and how to split them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from core.data import names
from core.data.layouts.words import plain

BRACKETS, SPACE = "[]", " "
_LISTS = ("|", ";", ",", "/", "+", "&")
_PLAIN = ("|", ";", ",")  # usual between labels and rare within one
_WHOLE = re.compile(r"[-+]?\d+([.,]0+)?")
_PAIRS = ("[]", "{}", "()")
_LABEL_NAME = re.compile(
    r"tags?|(finding|image|class|category|disease)?labels?|findings?|attributes?|keywords?|targets?"
)


def separator_of(values: Iterable[str], sure: bool = False) -> str:
    """The separator between labels in one value: a character, `BRACKETS` for lists such as '[a, b]', or empty if values
    are single labels. 'C++' and 'N/A' are not lists.

    With `sure` the values are known to be lists, so one occurrence is enough.
    """
    texts = {value for value in values if value}
    if joined := next((one for one in _LISTS if _are_joined(texts, one)), ""):
        return BRACKETS if joined == "," and _in_brackets(texts) else joined
    if _in_brackets(texts):
        return BRACKETS
    if sure and (plain_separator := next((one for one in _PLAIN if any(one in value for value in texts)), "")):
        return plain_separator
    words = [value.split() for value in texts if " " in value]
    if all(word in texts or _WHOLE.fullmatch(word) for value in words for word in value):
        return SPACE if words else ""
    # class names have one or two words; lists of classes vary in length and repeat the same words
    all_words = [word for value in words for word in value]
    counts = Counter(word for value in texts for word in set(value.split()))
    repeated = 4 * sum(counts[word] > 1 for word in all_words) >= 3 * len(all_words)
    return SPACE if len(set(map(len, words))) > 2 and repeated else ""


def split_labels(text: str, separator: str) -> tuple[str, ...]:
    """The labels of a value, trimmed, in order, without empty and repeated ones."""
    return tuple(dict.fromkeys(names.label(text) for text in split_texts(text, separator)))


def split_texts(text: str, separator: str) -> list[str]:
    """The labels of a value as they are written there, trimmed, without empty ones."""
    if separator == BRACKETS:
        bare = text.strip()
        bare = bare[1:-1] if bare[:1] + bare[-1:] in _PAIRS else bare
        atoms = [atom.strip().strip("'\"") for atom in bare.split(",")]
    else:
        atoms = text.split(separator) if separator else [text]
    return [bare for atom in atoms if (bare := atom.strip())]


def are_lists(name: str, values: Sequence[str]) -> bool:
    """Whether a column whose values hardly repeat holds lists of repeating labels.

    Numbers count only in a column with a typical label name: they may be coordinates.
    """
    separator = separator_of(values)
    if not separator or (separator not in (*_PLAIN, BRACKETS) and not has_label_name(name)):
        return False
    atoms = [atom for value in values for atom in split_labels(value, separator)]
    numbers = all(_WHOLE.fullmatch(atom) for atom in atoms)
    return len(set(atoms)) * 2 <= len(atoms) and (not numbers or has_label_name(name))


def has_label_name(name: str) -> bool:
    """Whether a column has a typical name of a multi-label column."""
    return bool(_LABEL_NAME.fullmatch(plain(name)))


def odd_labels(labels: Iterable[str], separator: str) -> list[str]:
    """Labels that look like lists with another separator: known labels joined by it."""
    repeated = set(labels)
    others = [one for one in _LISTS if one not in (separator, "," if separator == BRACKETS else "")]
    return [
        label
        for label in sorted(repeated)
        if any(len(atoms := split_labels(label, one)) > 1 and repeated.issuperset(atoms) for one in others)
    ]


def describe_separator(separator: str) -> str:
    """A description of the separator for messages."""
    return {BRACKETS: "lists such as [a, b]", SPACE: "lists separated by spaces"}.get(
        separator, f"lists separated by '{separator}'"
    )


def _in_brackets(texts: Iterable[str]) -> bool:
    return any(value[0] + value[-1] in _PAIRS and "," in value for value in texts)


def _are_joined(texts: set[str], separator: str) -> bool:
    """Whether some values are other values joined by the separator."""
    split = {value: [atom.strip() for atom in value.split(separator)] for value in texts}
    if separator in _PLAIN:  # a trailing separator does not add an empty label
        split = {value: [atom for atom in atoms if atom] for value, atoms in split.items()}
    joined = [atoms for atoms in split.values() if len(atoms) > 1 and all(atoms)]
    counts = Counter(atom for atoms in split.values() for atom in atoms)
    return bool(joined) and sum(counts[atom] > 1 for atoms in joined for atom in atoms) >= len(joined)
