"""Which column of a table names the images. A column that only counts the rows may name images too, and other ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.layouts.index import ImageIndex
from core.data.layouts.tables import Table
from core.data.layouts.words import plain

_COUNTER = re.compile(r"|column|unnamed|index|idx|row|rows|rownumber|no|nr|num|number|count|level|order|seq|sequence")
_FILE = re.compile(
    r"(image|img|file|picture|photo|frame|slide|scan|datei|bild|archivo|imagen|fichier)?s?(file)?"
    r"(name|path|file|url|uri|names|paths|id|ids|idcode|code)?"
)
_FILE_SURE = re.compile(r".*(image|img|file|picture|photo|path|datei|bild|archivo|imagen|fichier).*")
_BESIDE = re.compile(r".*(mask|segment|annot|label|groundtruth|thumb|preview|depth).*")  # of images, not the images


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    rows: list[Sequence[Path]]
    matched: int
    values: Sequence[str]

    def contradicts(self, other: "_Column") -> bool:
        """Whether a row means one image by this column and another one by the other."""
        return any(one and two and not set(one) & set(two) for one, two in zip(self.rows, other.rows, strict=True))

    @property
    def is_unique(self) -> bool:
        """Whether hardly any value occurs twice."""
        return 10 * len(set(self.values)) >= 9 * len(self.values)

    @property
    def rank(self) -> int:
        """How surely the column is called after files: a mere count of rows is not."""
        letters = plain(self.name)
        if _BESIDE.fullmatch(letters):
            return 0
        if _FILE_SURE.fullmatch(letters):
            return 2
        return 1 if _FILE.fullmatch(letters) and letters else 0 if not _COUNTER.fullmatch(letters) else -1


def file_columns(table: Table, index: ImageIndex) -> list[str]:
    """The columns that may name the images, one where it is plain; several that mean different images in a row, of
    which somebody has to choose; none where no column names half of them."""
    found = []
    for name, values in table.columns.items():
        rows = [index.find(value) for value in values]
        matched = len({path for paths in rows for path in paths})
        if matched and (2 * sum(map(bool, rows)) >= len(rows) or 2 * matched >= len(index)):
            found.append(_Column(name, rows, matched, values))
    if not found:
        return []
    most = max((one.matched for one in found if one.rank >= 0), default=0)
    # names of files hardly ever repeat; what does, such as an age, only looks like them, unless it is called so
    likely = [one for one in found if 4 * one.matched >= 3 * most and (one.rank > 0 or one.is_unique)]
    likely = likely or [max(found, key=lambda one: one.matched)]
    best = [one for one in likely if one.rank == max(other.rank for other in likely)]
    best.sort(key=lambda one: -one.matched)
    if table.headless:  # nothing is called anything
        best = sorted(likely, key=lambda one: (all(value.isdigit() for value in one.values), -one.matched))
        return [best[0].name]
    rivals = [one.name for one in best[1:] if one.contradicts(best[0])]
    return [best[0].name, *rivals]
