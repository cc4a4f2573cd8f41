"""Notes on how the images of a table are divided: where that is contradicted or missing, and what is not used."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.layouts.assigned import listed
from core.data.layouts.case import Case
from core.data.layouts.vocabulary.letters import folded
from core.data.layouts.vocabulary.parts import IN_COLUMNS
from core.data.layouts.words import PREDICT, Kind, kind_of, without_part
from core.data.related.affixes import words
from core.text import short

if TYPE_CHECKING:
    from core.data.layouts.labelled import Labelled

Parts = Mapping[Path, Kind | None]
_DIVIDED = ("train", "val", "test")
_SPLIT = "add a column 'split' with train, val or test to the table"


def part_of_folders(case: Case, path: Path) -> Kind | None:
    """The part that a folder above an image is called after."""
    return next((kind for name in path.relative_to(case.root.path).parts[:-1] if (kind := kind_of(name))), None)


def divides(labelled: "Labelled", parts: Parts) -> bool:
    """Whether parts divide the images: two of them, or one that is not for training beside images that are."""
    marked = set(parts.values()) - {None}
    rest = None in parts.values() and bool(labelled.parts) and marked <= {"val", "test"}  # it trains
    return len(marked) > 1 or bool(marked and rest)


def notes_on_parts(case: Case, labelled: "Labelled", parts: Parts, divided: bool) -> list[str]:
    """What is said of parts that are used, as seen from the images, and of those that are not."""
    if divided:
        return [note for note in (_contradicting(case, labelled), _blank(parts), _twice(labelled)) if note]
    return [
        note for note in (_one_part(labelled, parts), _in_names(labelled, parts), _tables_of_folds(labelled)) if note
    ]


def _by(labelled: "Labelled") -> str:
    """What tells the parts, and that it says so."""
    if labelled.divided_by:
        count = len(labelled.divided_by)
        return f"the {_verb(count, 'column', 'columns')} {listed(labelled.divided_by)} {_verb(count, 'says', 'say')}"
    names = listed(table.path.name for table in labelled.tables)
    return f"what {names} {_verb(len(labelled.tables), 'is', 'are')} called says"


def _verb(count: int, one: str, several: str) -> str:
    return one if count == 1 else several


def _images(count: int) -> str:
    return f"{count:,} {_verb(count, 'image', 'images')}"


def _contradicting(case: Case, labelled: "Labelled") -> str:
    """Of images that lie in a folder of another part than their row says."""
    folders = {path: part_of_folders(case, path) for path in labelled.parts}
    if len(set(folders.values()) & set(_DIVIDED)) < 2:
        return ""
    others = [
        path for path, kind in labelled.parts.items() if kind in _DIVIDED and folders[path] not in (None, kind, PREDICT)
    ]
    if not others:
        return ""
    return (
        f"{_images(len(others))} {_verb(len(others), 'lies', 'lie')} in a folder of another part than "
        f"{_by(labelled)}, such as '{short(others[0].name)}': the folders are not looked at."
    )


def _blank(parts: Parts) -> str:
    """Of images without a part where others are for training."""
    blank = [path for path, kind in parts.items() if kind is None]
    if not blank or "train" not in parts.values():
        return ""
    return (
        f"{_images(len(blank))} {_verb(len(blank), 'has', 'have')} no part, such as '{short(blank[0].name)}', and "
        f"{_verb(len(blank), 'is', 'are')} used for training. Write train, val or test for "
        f"{_verb(len(blank), 'it', 'them')} if that is wrong."
    )


def _twice(labelled: "Labelled") -> str:
    """Of images in rows of several parts."""
    if not labelled.twice:
        return ""
    count = len(labelled.twice)
    first = min(labelled.twice)
    return (
        f"{_images(count)} {_verb(count, 'stands', 'stand')} in rows of several parts, such as '{short(first.name)}': "
        f"only the last of these rows counts, so that {_verb(count, 'it is', 'they are')} in one part."
    )


def _one_part(labelled: "Labelled", parts: Parts) -> str:
    """Of a column in which no value means training, or of which only some rows say so."""
    kinds = Counter(parts.values())
    if set(kinds) == {"train", None} and labelled.parts:
        names = listed(table.path.name for table in labelled.tables)
        return (
            f"{names} marks {kinds['train']:,} of {len(parts):,} images for training and the others for nothing, which "
            "is not used: the images are divided anew. Write val or test for the others."
        )
    if not labelled.divided_by or None in kinds or "train" in kinds:
        return ""
    values = list(dict.fromkeys(v for name in labelled.divided_by for v in labelled.tables[0].columns[name] if v))
    return (
        f"The column {listed(labelled.divided_by)} does not divide the images, because nothing in it means training "
        f"({listed(values)}): they are divided anew. Write train there for the images to learn from."
    )


def _in_names(labelled: "Labelled", parts: Parts) -> str:
    """Of file names that hold parts."""
    named = {path: part_in_name(path.stem) for path in parts}
    kinds = Counter(named.values())
    if kinds["train"] and len(kinds) > 1 and not kinds[None]:
        which = f"'{short(next(iter(named)).name)}' and the other files are"
    elif len(kinds) > 1 and "train" not in kinds and _in_every_class(labelled, named):
        example = next(path for path, kind in named.items() if kind is not None)
        others = len(named) - kinds[None] - 1
        which = f"'{short(example.name)}' and {others:,} other {_verb(others, 'file', 'files')} are"
    else:
        return ""
    return (
        f"{which} called after parts, which is not used: the images are divided anew. To keep that division, {_SPLIT}."
    )


def _in_every_class(labelled: "Labelled", named: Parts) -> bool:
    """Whether in every class some names hold a part and others do not: 'test' is no word of a class then."""
    found: dict[str, set[bool]] = {}
    for path, kind in named.items():
        found.setdefault(labelled.labels[path], set()).add(kind is None)
    return all(len(each) > 1 for each in found.values())


def part_in_name(stem: str) -> Kind | None:
    """The part that a word of a file name means; 'tr' and 'te' only where they come first or last."""
    if kind := without_part(stem)[1]:
        return kind
    found = words(stem)
    ends = {kind for word in (found[:1] + found[-1:]) if len(word) == 2 and (kind := IN_COLUMNS.get(word))}
    return ends.pop() if len(ends) == 1 else None


def _are_numbered(stems: Sequence[str]) -> bool:
    """Whether names differ in nothing but their numbers: 'fold0' and 'fold1'."""
    return len(set(map(folded, stems))) == 1 and all(any(map(str.isdigit, stem)) for stem in stems)


def _tables_of_folds(labelled: "Labelled") -> str:
    """Of tables that are called after folds."""
    stems = [table.path.stem for table in labelled.tables]
    if len(stems) < 2 or not _are_numbered(stems):
        return ""
    return (
        f"{listed(table.path.name for table in labelled.tables)} are read together, and which image stands in which of "
        f"them is not used: they are divided anew. To keep that division, {_SPLIT}."
    )
