"""Problems that prevent training on a data set, as sentences."""

from collections import Counter
from collections.abc import Iterable

from core.data.dataset import Dataset
from core.data.near.duplicates import exact_groups, near_groups
from core.data.split import Split
from core.errors import UnusableDataset

__all__ = ["exact_groups", "near_groups", "problems", "require_trainable"]


def problems(dataset: Dataset, split: Split) -> tuple[str, ...]:
    """Reasons why training cannot start, each with the next step; empty if it can.

    Counts are of the images that the split uses, after copies were left out.
    """
    used = _class_counts(dataset, (*split.train, *split.val, *split.test))
    in_training = _class_counts(dataset, split.train)
    found = [_class_problem(dataset, label, used[label], in_training[label]) for label in range(len(dataset.classes))]
    if len(dataset.classes) > 1 and dataset.several and not _differ(dataset):
        found.insert(0, "Every image has the same labels, so that there is nothing to tell apart. Add other images.")
    if len(dataset.classes) < 2 and not _sets_one_apart(dataset):
        only = f"'{dataset.classes[0]}'" if dataset.classes else "none"
        found.insert(0, f"There is only one class ({only}). Add a folder with images of another class.")
    if not split.train:
        found.append("There are no training images. Add images, or a smaller validation and test share.")
    if not split.val:
        found.append("There are no validation images, which choose the best epoch. Add images to each class.")
    return tuple(problem for problem in found if problem)


def _class_counts(dataset: Dataset, indices: Iterable[int]) -> Counter[int]:
    """Number of images of each class among `indices`."""
    return Counter(label for index in indices for label in dataset.items[index].classes)


def _sets_one_apart(dataset: Dataset) -> bool:
    """Whether there is a single label that only some images have."""
    return dataset.several and _differ(dataset)


def _differ(dataset: Dataset) -> bool:
    """Whether images differ in their classes."""
    return len({item.classes for item in dataset.items}) > 1


def require_trainable(dataset: Dataset, split: Split) -> None:
    """Raise `UnusableDataset`, listing all problems, unless training can start."""
    found = problems(dataset, split)
    if found:
        raise UnusableDataset(f"The data set '{dataset.name}' cannot be trained on yet. {' '.join(found)}")


def _class_problem(dataset: Dataset, label: int, used: int, in_training: int) -> str | None:
    name = dataset.classes[label]
    readable = dataset.counts[name]
    if not readable:
        return f"Class '{name}' has no readable image. Add some, or remove its folder."
    left_out_note = (
        f" ({readable - used} of {readable} were left out; the Data page says why)" if used < readable else ""
    )
    if not used:
        return f"Class '{name}' has no image left{left_out_note}. Add some, or remove its folder."
    if used == 1 and not dataset.several:
        return f"Class '{name}' has only one image{left_out_note}. Add at least one more: one trains, one validates."
    if not in_training:
        return f"Class '{name}' has no training image{left_out_note}. Add some to its train folder."
    return None
