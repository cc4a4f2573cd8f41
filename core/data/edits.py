"""Edits of a data set: how they change it, and the list of them beside it in a workspace."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from core import files
from core.data.dataset import Dataset, Item, LeftOut
from core.edits import MOST_EDITS, Edit
from core.errors import InvalidExperiment, StorageLocked
from core.paths import EDITS
from core.text import short

EXCLUDED = "Excluded by hand."
_LIST = TypeAdapter(tuple[Edit, ...])
_WAIT_S = 10.0
MOST_NAMED = 3  # edits without effect


class _Fit(NamedTuple):
    """Which items an edit is of, or why it has no effect."""

    items: tuple[int, ...]
    reason: str = ""


def edited(dataset: Dataset, edits: Sequence[Edit]) -> Dataset:
    """The data set with these edits, the later of two of one image. Its reading holds them.

    An edit is of the image of its name with its pixels; if that was renamed, of those with its pixels and its old
    labels. What has no effect is named in a note: an image that is gone or has changed, or a class that is not there.
    """
    if not edits:
        return dataset
    by_pixels: dict[str, list[int]] = {}
    for index, item in enumerate(dataset.items):
        by_pixels.setdefault(item.digest, []).append(index)
    changed: dict[int, Edit] = {}
    refused: list[str] = []
    for edit in edits:
        fit = _fit(dataset, edit, by_pixels.get(edit.digest, []))
        changed |= dict.fromkeys(fit.items, edit)
        refused += [fit.reason] if fit.reason else []
    excluded = {index for index, edit in changed.items() if edit.excludes}
    labels = {
        index: _labels(changed[index], dataset) if index in changed else item.classes
        for index, item in enumerate(dataset.items)
        if index not in excluded
    }
    classes = dataset.classes
    if not dataset.several:  # one whose images all have another label now is no class any more
        classes = tuple(name for place, name in enumerate(classes) if any(place in own for own in labels.values()))
    places = {dataset.classes.index(name): place for place, name in enumerate(classes)}
    return replace(
        dataset,
        classes=classes,
        items=tuple(_relabelled(dataset.items[index], [places[own] for own in labels[index]]) for index in labels),
        left_out=(*dataset.left_out, *(LeftOut(dataset.items[index].name, EXCLUDED) for index in sorted(excluded))),
        notes=(*dataset.notes, *_notes(len(changed) - len(excluded), len(excluded), refused)),
        reading=dataset.reading.model_copy(update={"edits": tuple(edits)}),
    )


def edit_of(dataset: Dataset, item: Item, labels: Sequence[str] | None) -> Edit:
    """An edit of an image of `dataset`; None: it is left out. Raises `InvalidExperiment` for labels it cannot have."""
    wanted = None if labels is None else tuple(dict.fromkeys(labels))
    if wanted is not None and (reason := _unfit(dataset, wanted)):
        raise InvalidExperiment(f"{short(item.name)} cannot be called {', '.join(map(short, wanted))}: {reason}.")
    before = tuple(dataset.classes[index] for index in item.classes)
    return Edit(image=item.name, digest=item.digest, labels=wanted, before=before)


def with_edit(edits: Sequence[Edit], edit: Edit) -> tuple[Edit, ...]:
    """The list with one more edit, in place of an earlier one of the same image, whose labels before it keeps.

    One that says what the data set itself says takes the earlier one away.
    """
    former = next((one for one in edits if _same_image(one, edit)), None)
    if former is not None:
        edit = edit.model_copy(update={"before": former.before})
    rest = tuple(one for one in edits if not _same_image(one, edit))
    return rest if edit.labels == edit.before else (*rest, edit)


def without_edit(edits: Sequence[Edit], image: str, digest: str = "") -> tuple[Edit, ...]:
    """The list without the edits of an image."""
    return tuple(one for one in edits if one.image != image or (digest and one.digest != digest))


class EditStore:
    """The edits of every data set that was used in a workspace. Safe for several processes."""

    def __init__(self, workspace: Path) -> None:
        self._folder = workspace / EDITS

    def load(self, source: str) -> tuple[Edit, ...]:
        """The edits of a data set, by its absolute source. Raises `InvalidExperiment` for a damaged file."""
        path = self._path(source)
        try:
            return _LIST.validate_python(json.loads(path.read_text(encoding="utf-8"))["edits"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            raise InvalidExperiment(
                f"The list of edits {path} cannot be read. Move it away to go on without edits; your images are as "
                "they were."
            ) from error

    def change(self, source: str, change: Callable[[tuple[Edit, ...]], tuple[Edit, ...]]) -> tuple[Edit, ...]:
        """Replace the edits of a data set by what `change` makes of them. Raises `StorageFailed`, and like `load`."""
        path = self._path(source)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_suffix(".lock"), timeout=_WAIT_S):
                edits = change(self.load(source))
                if len(edits) > MOST_EDITS:
                    raise InvalidExperiment(
                        f"There may be {MOST_EDITS:,} edits of a data set, and these are {len(edits):,}. Copy the "
                        "mended set into a folder of its own, and go on with that."
                    )
                files.write_json(path, {"source": source, "edits": [one.model_dump(mode="json") for one in edits]})
        except Timeout as error:
            raise StorageLocked(f"Another program holds the list of edits {path}. Try again.") from error
        except OSError as error:
            raise files.storage_failed(path, error) from error
        return edits

    def _path(self, source: str) -> Path:
        name = hashlib.blake2b(source.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
        return self._folder / f"{name}.json"


def _same_image(one: Edit, other: Edit) -> bool:
    return (one.image, one.digest) == (other.image, other.digest)


def _fit(dataset: Dataset, edit: Edit, same: Sequence[int]) -> _Fit:
    named = tuple(index for index in same if dataset.items[index].name == edit.image)
    # of the same pixels under another name only what is still called as it was: a copy may always have been right
    found = named or tuple(
        n for n in same if {dataset.classes[c] for c in dataset.items[n].classes} == set(edit.before)
    )
    if not found:
        return _Fit((), f"{short(edit.image)} is not there any more, or shows something else")
    reason = "" if edit.labels is None else _unfit(dataset, edit.labels)
    return _Fit((), f"{short(edit.image)}: {reason}") if reason else _Fit(found)


def _called(dataset: Dataset, item: Item) -> set[str]:
    return {dataset.classes[label] for label in item.classes}


def _unfit(dataset: Dataset, labels: Sequence[str]) -> str:
    """Why an image of a data set cannot have these labels; empty if it can."""
    if unknown := [name for name in labels if name not in dataset.classes]:
        return f"there is no class '{short(unknown[0])}' (there are {short(', '.join(dataset.classes), 300)})"
    return "" if dataset.several or len(labels) == 1 else "it has exactly one class"


def _labels(edit: Edit, dataset: Dataset) -> tuple[int, ...]:
    return tuple(dataset.classes.index(name) for name in edit.labels or ())


def _relabelled(item: Item, labels: Sequence[int]) -> Item:
    return replace(item, label=labels[0]) if item.labels is None else replace(item, labels=tuple(sorted(labels)))


def _notes(relabelled: int, excluded: int, refused: Sequence[str]) -> list[str]:
    parts = [
        f"{count} {'image is' if count == 1 else 'images are'} {what}"
        for count, what in ((relabelled, "relabelled"), (excluded, "left out"))
        if count
    ]
    notes = [f"Edited by hand: {' and '.join(parts)}."] if parts else []
    if refused:
        named = "; ".join(refused[:MOST_NAMED]) + ("; ..." if len(refused) > MOST_NAMED else "")
        notes.append(f"{len(refused)} {'edit has' if len(refused) == 1 else 'edits have'} no effect: {named}.")
    return notes
