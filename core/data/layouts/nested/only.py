"""A data set of which only a folder is read, or of which a folder is left out."""

from collections.abc import Collection
from pathlib import Path

from core.data import names
from core.data.dataset import LeftOut
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case, take_labels, unwrap_root
from core.data.layouts.masked.folders import set_aside
from core.data.layouts.words import kind_of
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.experiment import Reading
from core.text import short

ONLY, WITHOUT = "only:", "without:"


def read_only(case: Case, name: str) -> Layout:
    """Read a single folder, given by name or by path below the chosen folder; within train, val and test those of that
    name in each part. Raises `UnusableDataset` if there is none."""
    chosen = _named(case, name, "read alone")
    kept = {folder.path for folder in chosen}
    top = _narrowed(case.everything, kept) if len(chosen) > 1 else chosen[0]
    beside = _beside(case.everything, kept, f"Is not read: only '{short(chosen[0].name)}' is.")
    return _read(case, top, f"{ONLY}{name}", f"Only the folder '{short(chosen[0].name)}' is read.", beside)


def read_without(case: Case, name: str) -> Layout:
    """Read everything but a folder, given by name or by path below the chosen folder. Raises `UnusableDataset` if there
    is none."""
    gone = _named(case, name, "left out")
    left_out = [LeftOut(_below(case.everything, one.path), "Is not read: it was to be left out.") for one in gone]
    top = case.everything.without({folder.path for folder in gone})
    return _read(case, top, f"{WITHOUT}{name}", f"The folder '{short(gone[0].name)}' is not read.", left_out)


def _read(case: Case, top: Folder, layout_name: str, note: str, left_out: list[LeftOut]) -> Layout:
    inner = Case(top, top, Reading(), case.read, dict(case.labels), dict(case.called), set(case.given))
    take_labels(inner, top.path)
    unwrap_root(inner)
    set_aside(inner)
    alone = Reading(task=case.reading.task)
    layout = case.read(inner, alone)
    layout.reading = alone.model_copy(update={"layout": layout_name})
    layout.notes.insert(0, note)
    layout.left_out[:0] = [*case.left_out, *left_out]
    return layout


def _named(case: Case, name: str, purpose: str) -> list[Folder]:
    """The folder of that name, or those that only differ in the part they lie in."""
    every = [folder for folder in case.everything.every_folder() if folder is not case.everything]
    found = [folder for folder in every if name in (folder.name, _below(case.everything, folder.path))]
    if not found:
        there = listed(folder.name for folder in case.root.full) or "no images"
        raise UnusableDataset(f"{case.outer.path} has no folder '{short(name)}' to be {purpose}. It holds {there}.")
    place = _place(case.everything, found[0])
    same = [folder for folder in found if _place(case.everything, folder) == place]
    return same if len(place) < len(_parts(case.everything, found[0].path)) else found[:1]


def _place(top: Folder, folder: Folder) -> tuple[str, ...]:
    """Where a folder lies, but for folders of parts."""
    *above, own = _parts(top, folder.path)
    return (*(part for part in above if kind_of(part) is None), own)


def name_of(case: Case, folder: Folder) -> str:
    """What a folder is called in options: its name, or its path where another one has this name."""
    place = _place(case.everything, folder)
    for other in case.everything.every_folder():
        if other is not case.everything and other.name == folder.name and _place(case.everything, other) != place:
            return _below(case.everything, folder.path)
    return folder.name


def _parts(top: Folder, path: Path) -> tuple[str, ...]:
    return path.relative_to(top.path).parts


def _below(top: Folder, path: Path) -> str:
    return names.shown(path.relative_to(top.path).as_posix())


def _narrowed(folder: Folder, kept: Collection[Path]) -> Folder:
    """The folder with nothing in it but those `kept`, and what lies in these."""
    if folder.path in kept:
        return folder
    ways = {*kept, *(above for path in kept for above in path.parents)}
    inner = [_narrowed(one, kept) for one in folder.folders if one.path in ways]
    return Folder(folder.path, inner, [], folder.linked)


def _beside(top: Folder, chosen: Collection[Path], reason: str) -> list[LeftOut]:
    """Files and folders beside the chosen folders that are not read."""
    above = {place for path in chosen for place in path.parents}
    return [
        LeftOut(_below(top, path), reason)
        for place in top.every_folder()
        if place.path in above
        for path in [*place.files, *(one.path for one in place.folders if next(one.every_file(), None))]
        if path not in chosen and path not in above
    ]
