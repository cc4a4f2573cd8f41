"""Classes that may hold copies of the images of others: 'segmented' beside all, 'rust edges' beside 'rust', or 'sat'
and 'map' with the same numbers."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations, product

from core.data.related.affixes import (
    NEARLY_ALL,
    cuts,
    is_count,
    is_negated,
    may_mean_mask,
    means_image,
    shared_affix,
    tokens,
    words,
)

Names = Mapping[str, Mapping[str, str]]  # of each class the stems of its files, each with its ending
Pair = tuple[str, str]
_MADE = re.compile(  # what was made of an image, by the letters of words
    r"(?:(?:segment(?:ed|ations?|s)?|segs?|edges?|canny|sobel|thermal|infrared|n?ir|depth(?:maps?)?|crop(?:s|ped)?|"
    r"(?:no|without|remove[ds]?)(?:bg|background)|(?:bg|background)(?:removed|removal|less)|cutouts?|masked|masks?|"
    r"overlays?|heatmaps?|sketch(?:es)?|silhouettes?|outlines?|contours?|binary|binari[sz]ed|threshold(?:ed)?|"
    r"skeletons?|gr[ae]y(?:scale)?|bw|normali[sz]ed|enhanced|equali[sz]ed|clahe|denoised|blur(?:red|ry)?|"
    r"sharp(?:ened)?|filtered|(?:pre)?processed|resized|aug(?:mented)?|annotated|lowres|highres|saliency)"
    r"(?:images?|imgs?|maps?|only|copy|copies|version)?)+"
)
_SIDES = frozenset(
    ("x", "y", "output", "outputs", "target", "targets", "sat", "satellite", "aerial", "map", "maps", "silhouette",
     "silhouettes", "polygon", "polygons", "instances", "semantic", "alpha", "matte", "mattes", "sketch", "sketches",
     "edges", "depth", "thermal", "infrared", "nir", "real", "rendered", "render", "before", "after", "noisy", "clean",
     "lowres", "highres", "lr", "hr", "reference", "ref")
)  # fmt: skip
_OF_IMAGES = frozenset(("images", "imgs", "Images", "input", "inputs"))  # whole names
_FEWEST = 5  # files of a class
_SOME = 0.5


def copies_of_all(names: Names) -> dict[str, list[str]]:
    """Classes of which nearly all files have the name of just one file of the others, from two or more of these, with
    those others.

    Where every class counts anew, a name stands in many; where a class counts once for itself, it must also be called
    after what was made of an image, or hold files of another kind.
    """
    classes: dict[str, list[str]] = defaultdict(list)
    for label, stems in names.items():
        for stem in stems:
            classes[stem].append(label)
    sole = {stem: owners[0] for stem, owners in classes.items() if len(owners) == 1}
    found = {}
    for label, stems in names.items():
        owners = Counter(two[two[0] == label] for stem in stems if len(two := classes[stem]) == 2)
        if sum(owners.values()) < NEARLY_ALL * len(stems):
            owners = _owners_but_for_affix(label, stems, sole)
        shared = sorted(one for one, count in owners.items() if 2 * count >= len(names[one]))
        enough = sum(owners[one] for one in shared) >= max(_FEWEST, NEARLY_ALL * len(stems))
        if len(shared) > 1 and enough and _names_differ(label, shared, names):
            found[label] = shared
    return found


def _owners_but_for_affix(label: str, stems: Collection[str], sole: Mapping[str, str]) -> Counter[str]:
    """How many files of the other classes those of a class are called after, where all have more, such as '_seg'.

    `sole` gives the class of each name that only one class has.
    """
    bases = {base for stem in stems for base, _ in cuts(stem) if sole.get(base, label) != label}
    affix, share = shared_affix(stems, bases)
    if share < NEARLY_ALL or not affix.words:
        return Counter()
    before, behind = "".join(affix.before), "".join(affix.behind)
    plain = (stem.removeprefix(before).removesuffix(behind) for stem in stems)
    return Counter(owner for stem in plain if (owner := sole.get(stem, label)) != label)


def _names_differ(label: str, others: list[str], names: Names) -> bool:
    stems = names[label]
    if not is_count(stems) or is_made(label) or len({tuple(words(stem)) for stem in stems}) > 1:
        return True
    return set(stems.values()).isdisjoint(ending for one in others for ending in names[one].values())


def is_made(name: str) -> bool:
    """Whether a name says what was made of images: 'segmented', 'no background'."""
    return bool(_MADE.fullmatch("".join(words(name))))


def made_of_another(names: Names) -> Iterator[Pair]:
    """Classes called like another one with what was made of it, whose files have the names of the other's; or several
    such classes with the same word, whatever their files."""
    by_tokens = {tuple(_tokens(label)): label for label in names}
    found: dict[str, list[Pair]] = defaultdict(list)
    for key, label in by_tokens.items():
        for cut in range(1, len(key)):
            for base, more in ((key[:cut], key[cut:]), (key[cut:], key[:cut])):
                if base in by_tokens and _MADE.fullmatch("".join(more)):
                    found["".join(more)].append((by_tokens[base], label))
    for pairs in found.values():
        yield from (pair for pair in pairs if len(pairs) > 1 or _share_names(*pair, names))


def _tokens(label: str) -> list[str]:
    return [token.casefold() for token in tokens(label) if token[0].isalnum()]


def _share_names(base: str, made: str, names: Names) -> bool:
    same = len(names[base].keys() & names[made].keys()) / max(1, len(names[made]))
    return len(names[made]) >= 3 and max(same, shared_affix(names[made], names[base])[1]) >= _SOME


def counted_pairs(names: Names) -> Iterator[tuple[Pair, bool]]:
    """Two classes of exactly the same names though these only count, if all files of one are of another kind than those
    of the other, or a class is called like one side of pairs; and whether that is enough: both must be called so, as
    'input' and 'target', or one 'images'. 'photo' beside 'drawing' may be pairs, and may be none."""
    same: dict[frozenset[str], list[str]] = defaultdict(list)
    for label, stems in names.items():
        if len(stems) >= _FEWEST:
            same[frozenset(stems)].append(label)
    for labels in same.values():
        if len(labels) == 2:
            one, other = labels
            kinds_differ = any(_of_other_files(labels, names))
            sides = _sides(one, other)
            if kinds_differ or sides:
                yield (one, other), kinds_differ or sides > 1 or bool({one, other} & _OF_IMAGES)
        elif any(_is_side(words(label)) for label in labels):
            yield from ((pair, True) for pair in _of_other_files(labels, names))


def _of_other_files(labels: Sequence[str], names: Names) -> Iterator[Pair]:
    """Two classes each of which no file of one ends as any of the other's."""
    alike: dict[frozenset[str], list[str]] = defaultdict(list)
    for label in labels:
        alike[frozenset(names[label].values())].append(label)
    for (endings, some), (others_end, others) in combinations(alike.items(), 2):
        if endings.isdisjoint(others_end):
            yield from product(some, others)


def _sides(one: str, other: str) -> int:
    """How many of two names are those of a side of pairs, without the words that both have: 'photo cat', 'photo dog';
    none where one is the other's without it: 'image' and 'no image'."""
    first, second = words(one), words(other)
    if any(means_image(plain) and _is_with_marks(more, plain) for plain, more in ((first, second), (second, first))):
        return 2
    if is_negated(first, other) or is_negated(second, one):
        return 0
    rest = ([word for word in first if word not in second], [word for word in second if word not in first])
    return sum(map(_is_side, rest))


def _is_with_marks(found: Sequence[str], plain: Sequence[str]) -> bool:
    """Whether a name is another one with a word for what was drawn: 'frames_with_boxes'."""
    rest = [word for word in found if word not in plain]
    return set(plain) < set(found) and may_mean_mask(rest) and rest[0] == "with"


def _is_side(found: Sequence[str]) -> bool:
    return means_image(found) or any(word in _SIDES for word in found)
