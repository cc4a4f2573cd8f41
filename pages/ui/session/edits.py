"""Edits of the chosen data set: kept in the workspace, and used by this session's experiment from then on."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from core.data.dataset import Dataset, Item
from core.data.edits import EditStore, edit_of, with_edit, without_edit
from core.edits import Edit
from core.errors import GraftError
from core.experiment import AS_FOUND, Reading
from pages.ui.session import state


def kept(source: str) -> tuple[Edit, ...]:
    """The edits that the workspace has for a source. Raises `InvalidExperiment`."""
    return EditStore(state.workspace()).load(source)


def with_kept(source: str, reading: Reading) -> Reading:
    """A way to read a source with those edits. Raises `InvalidExperiment`."""
    return reading.model_copy(update={"edits": kept(source)})


def choose_sample(source: str) -> None:
    """Choose a sample with its edits; a list of them that is damaged is said on the Data page."""
    reading = AS_FOUND
    with suppress(GraftError):
        reading = with_kept(source, reading)
    state.update(source=source, reading=reading)


def use_kept(source: str) -> None:
    """Use the edits of the workspace instead of others, such as those of an earlier run. Raises `InvalidExperiment`."""
    state.update(reading=with_kept(source, state.draft().reading))


def change(dataset: Dataset, item: Item, labels: Sequence[str] | None) -> None:
    """Give an image of the chosen data set other labels, or leave it out (None). Raises `GraftError`."""
    edit = edit_of(dataset, item, labels)
    _replace(dataset.source, lambda before: with_edit(before, edit))


def undo(source: str, edit: Edit | None = None) -> None:
    """Take one edit back, or all. Raises `StorageFailed`."""
    seen = state.draft().reading.edits if edit is None else (edit,)

    def taken_back(before: tuple[Edit, ...]) -> tuple[Edit, ...]:
        for one in seen:
            before = without_edit(before, one.image, one.digest)
        return before

    _replace(source, taken_back)


def _replace(source: str, changed: Callable[[tuple[Edit, ...]], tuple[Edit, ...]]) -> None:
    """Change the workspace's list, which others change too, and likewise the edits that this session sees."""
    EditStore(state.workspace()).change(source, changed)
    reading = state.draft().reading
    state.update(reading=reading.model_copy(update={"edits": changed(reading.edits)}))
