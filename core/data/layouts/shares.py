"""Names that say how a data set was divided, not what is shown: 'ds_80' and 'ds_20', 'seen' and 'unseen'.

The names of folders and the values of a column are judged alike.
"""

import re
from collections.abc import Collection, Mapping

from core.data.layouts.vocabulary.letters import all_words, folded
from core.data.layouts.words import (
    PREDICT,
    are_a_set,
    is_batch,
    is_beside_parts,
    is_generic,
    is_unlikely_class,
    kind_of,
    part_words,
    plain,
)
from core.data.related.affixes import tokens

_SHARE = re.compile(
    r"(?P<before>\D*)(?:0?[.,](?P<hundredths>\d{1,2})|0[_p](?P<tenths>\d)|(?P<percent>[1-9]\d?))"
    r"(?P<behind>\D*?)(?:[ _-]*[a-d]|[ _-]+\d|[ _.-]*\(\d\))?"  # 15b, 15_2, 15 (2)
)
_NEARLY = 0.05  # of all images, by which a part may be larger or smaller than its name says
_ROUNDED = 0.75  # images
_EVEN = 0.4  # images, where all names have equally many
# what may stand beside the word for a part where all names have it: 'train_orig' and 'train_aug'
_QUALIFIERS = all_words(
    {
        "en": "labeled|labelled|unlabeled|unlabelled|unlab|lab|orig|original|aug|augmented|small|large|big|mini|full|"
        "clean|noisy|raw|new|old|extra|synthetic|real|weak|strong|pseudo|easy|hard|medium|sup|unsup|first|second|"
        "public|private",
        "de": "klein|gross|groß|alt|neu|original|augmentiert",
    }
)


def divide_a_set(counts: Mapping[str, int]) -> bool:
    """Whether names, each with its images, are those of parts of one data set: shares of a hundred with about as many
    images, or words that mean parts together."""
    return are_shares(counts) or are_a_set(counts)


def are_shares(counts: Mapping[str, int]) -> bool:
    """Whether names differ in numbers that sum to a hundred, or to one, and the images are about in that relation:
    classes such as the speed limits 30 and 70 are not."""
    likely = {name: count for name, count in counts.items() if _SHARE.fullmatch(name) or not is_unlikely_class(name)}
    found = {name: _SHARE.fullmatch(name.strip()) for name in likely}
    percents = {name: _percent(match) for name, match in found.items() if match}
    around = {(plain(match["before"]), plain(match["behind"])) for match in found.values() if match}
    if len(percents) < max(2, len(likely)) or len(around) != 1 or not 99 <= sum(percents.values()) <= 100:
        return False
    total = sum(likely.values())
    gaps = [abs(likely[name] - total * percent / 100) for name, percent in percents.items()]
    if len(set(likely.values())) == 1:  # as classes often are
        return max(gaps) < _EVEN
    return max(gaps) <= max(_ROUNDED, _NEARLY * total)


def _percent(match: re.Match[str]) -> int:
    if match["hundredths"]:
        return int(match["hundredths"].ljust(2, "0"))
    return int(match["percent"] or 10 * int(match["tenths"]))


def lie_beside_parts(names: Collection[str]) -> bool:
    """Whether some names hold a word for a part, and the others mean something of a data set beside one: 'query' beside
    'bounding_box_train'."""
    others = [name for name in names if kind_of(name) in (None, PREDICT)]
    beside = [name for name in others if is_beside_parts(name)]
    if len(others) < len(names):
        return len(beside) == len(others)
    return bool(beside) and all(name in beside or "train" in part_words(name) for name in others)


def are_qualified_parts(names: Collection[str]) -> bool:
    """Whether all names hold a word for a part and nothing else that may be a class: 'train_A' and 'train_B'."""
    return len(names) > 1 and all(len(part_words(name) - {PREDICT}) == 1 and not _class_words(name) for name in names)


def are_batches(names: Collection[str]) -> bool:
    """Whether names are those of batches of images, perhaps of parts: 'data_batch_1' and 'test_batch'."""
    rests = {name: " ".join(word for word in _words(name) if not (is_generic(word) or kind_of(word))) for name in names}
    batches = [is_batch(name) or is_batch(rest) for name, rest in rests.items()]
    named = [
        batch or (name != rest and is_batch(f"{rest} 1"))
        for batch, (name, rest) in zip(batches, rests.items(), strict=True)
    ]
    return any(batches) and all(named)


def _class_words(name: str) -> list[str]:
    """The words of a name that may be those of a class."""
    return [
        word
        for word in _words(name)
        if not (word.isdigit() or len(word) == 1 or is_generic(word) or kind_of(word) or folded(word) in _QUALIFIERS)
    ]


def _words(name: str) -> list[str]:
    return [token for token in tokens(name) if token[0].isalnum()]
