"""Several tables of one data set: parts of one table, submission forms, and contradictory tables."""

from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.layouts import columns as cols
from core.data.layouts.beside.forms import is_form as is_form
from core.data.layouts.vocabulary.letters import fold
from core.data.layouts.words import PREDICT, kind_of
from core.data.related.copy_names import copied
from core.text import short
from core.wording import as_reading

if TYPE_CHECKING:
    from core.data.layouts.labelled import Labelled

# of the table that we write beside augmented copies, which says how each was made and repeats its labels for people
OF_COPIES = ("file", "class", "original", "digest", "view", "seed", "steps")


def copies_of_others(tables: Iterable["Labelled"]) -> dict[Path, Path]:
    """The tables called like copies of another one in their folder that gives labels plainly, each with that one, in
    the order of their paths."""
    folded = {(path.parent, fold(path.stem)): path for one in tables if one.clear for path in [one.tables[0].path]}
    return {
        path: folded[original]
        for path in sorted(one.tables[0].path for one in tables)
        for stem in copied(path.stem)
        if (original := (path.parent, fold(stem))) in folded and folded[original] != path
    }


def without_manifests(tables: Sequence["Labelled"]) -> list["Labelled"]:
    """The tables without those that say how augmented copies were made, where another one gives the labels."""
    others = [one for one in tables if not one.tables[0].columns.keys() | set(one.tables[0].nested) >= set(OF_COPIES)]
    return others if any(one.clear for one in others) else list(tables)


def note_copies(copies: Mapping[Path, Path], folder: Path) -> list[str]:
    """A note on each table that is not used, with how to choose it: `labels` of a reading is a path below `folder`."""
    return [
        f"{short(path.name)} is called like a copy of {short(original.name)}: it is not used. If it is the right one, "
        f"choose it ({as_reading(layout='csv', labels=path.relative_to(folder).as_posix())})."
        for path, original in copies.items()
    ]


def is_blank(other: "Labelled", best: "Labelled") -> bool:
    """Whether a table has a single class for all images of a test or prediction folder that the best table does not
    cover."""
    if len(set(other.labels.values())) > 1 or len(other.labels) < 3 or len(set(best.labels.values())) < 2:
        return False
    places = {path.parent for path in other.labels}
    known = {path.parent for path in best.labels}
    tests = [any(kind_of(one.name) in ("test", PREDICT) for one in (place, place.parent)) for place in places]
    return not places & known and all(tests)


def is_alike(other: "Labelled", best: "Labelled") -> bool:
    """Whether the same question is asked of two tables: both have the same columns, and neither is clear."""
    same = other.file_column == best.file_column and other.tables[0].columns.keys() == best.tables[0].columns.keys()
    return same and not other.clear


def meet(one: "Labelled", other: "Labelled") -> bool:
    """Whether two tables, clear or not, name the same image."""
    return not _named(one).isdisjoint(_named(other))


def _named(one: "Labelled") -> Set[Path]:
    return one.labels.keys() | one.without_class.keys() | one.conflicts.keys()


def contradicts(other: "Labelled", best: "Labelled") -> bool:
    """Whether two tables with equally typical label columns give the same images different classes."""
    both = [path for path in best.labels if path in other.labels]
    sure = [cols.is_preferred(one.label_column) for one in (best, other)]
    if sure[0] > sure[1]:
        return False
    return not cols.same_partition([best.labels[path] for path in both], [other.labels[path] for path in both])


def belongs(other: "Labelled", best: "Labelled") -> bool:
    """Whether a table continues another one: same columns, or the same classes in a column called after labels, and
    other images."""
    same = other.label_column == best.label_column or same_words(other.label_column, best.label_column)
    alike = cols.is_preferred(other.label_column) and set(other.labels.values()) <= set(best.labels.values())
    same = same or (alike and not other.tables[0].headless)
    return same and other.multilabel == best.multilabel and not other.labels.keys() & best.labels.keys()


def same_words(one: str, other: str) -> bool:
    """Whether two column names are equal except for case and separators."""
    return bool(one) and cols.plain(one) == cols.plain(other)


def join(best: "Labelled", other: "Labelled") -> None:
    """Merge another table into the best one."""
    best.tables += other.tables
    best.notes += [note for note in other.notes if note not in best.notes]
    best.labels |= other.labels
    best.sets |= other.sets
    best.parts |= other.parts
    best.divided_by = best.divided_by or other.divided_by
    best.twice |= other.twice
    best.conflicts |= other.conflicts
    best.without_class |= other.without_class
    best.missing += other.missing
