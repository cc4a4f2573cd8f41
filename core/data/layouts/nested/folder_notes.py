"""What is said of folders within class folders, whose names are not used."""

from core.data.layouts.assigned import Layout, listed
from core.data.layouts.words import is_generic, is_group, kind_of, plain
from core.data.related.affixes import words
from core.data.tree import Folder
from core.text import short
from core.wording import as_reading


def note_inner(layout: Layout, folders: list[Folder]) -> None:
    """Note class folders with sub-folders that might be classes themselves and are not groups of images."""
    single, dropped = [], []
    for folder in folders:
        inner = [one.name for one in folder.full if one.path not in layout.explained and not is_group(one.name)]
        if len(inner) > 1:
            layout.notes.append(f"The folders {listed(inner)} in '{short(folder.name)}' are one class together.")
        elif inner and folder.images:
            single.append(f"{folder.name}/{inner[0]}")
        elif inner and not _says_the_same(folder.name, inner[0]):
            dropped.append(f"{folder.name}/{inner[0]}")
    if single:
        verb = "counts to the class it lies in" if len(single) == 1 else "count to the classes they lie in"
        layout.notes.append(f"{'The folder' if len(single) == 1 else 'The folders'} {listed(single)} {verb}.")
    if len({name.rpartition("/")[2] for name in dropped}) > 1:
        layout.notes.append(
            f"The folders {listed(dropped)} count to the classes they lie in, and what they are called is not used. If "
            f"they are the classes, read the folders within the folders as classes ({as_reading(layout='inner')})."
        )


def _says_the_same(outer: str, inner: str) -> bool:
    """Whether the only folder in another one has a name that needs no telling: 'images', 'cat_pics' in 'cat'."""
    one, other = (plain(name).rstrip("s") for name in (outer, inner))
    shared = set(words(outer)) & set(words(inner))
    return is_generic(inner) or kind_of(inner) is not None or bool(shared) or one in other or other in one
